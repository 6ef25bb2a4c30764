"""Starting the built program as its users do: a directory, a process, HTTP.

The program is found through the environment variable BEDPLATE_BINARY, which ctest sets.
"""

import http.client
import json
import os
import re
import resource
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from urllib.parse import urlencode, urlsplit

BINARY = os.environ["BEDPLATE_BINARY"]
SOURCE = Path(__file__).resolve().parents[2]
START_TIMEOUT_SECONDS = 20


def real_data(*parts):
    """The path of a real data set; skips the calling test where the folder is absent."""
    root = Path(os.environ.get("BEDPLATE_DATA", SOURCE.parent / "shared" / "data"))
    path = root.joinpath(*parts)
    if not path.exists():
        raise unittest.SkipTest(f"real data not here: {'/'.join(parts)}")
    return path


def run(*arguments, stdin=None, timeout=120):
    """Runs a verb; returns the finished process with text output."""
    return subprocess.run(
        [BINARY, *map(str, arguments)],
        input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True, text=True, timeout=timeout, check=False)


class Plant:
    """A data directory in a temporary folder, with or without a server on it."""

    def __init__(self, parent=None):
        self._temporary = tempfile.TemporaryDirectory(prefix="bedplate-", dir=parent)
        self.directory = Path(self._temporary.name) / "data"
        self.process = None
        self.address = None
        made = run("init", self.directory)
        assert made.returncode == 0, made.stderr
        self.token = (self.directory / "admin.token").read_text().strip()

    def close(self):
        if self.process:
            self.kill()
        self._temporary.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def cli(self, verb, *arguments, **options):
        return run(verb, "--data", self.directory, *arguments, **options)

    def serve(self, *arguments, open_files=None, wrapper=(), environment=None):
        """Starts a server on a free port and returns once it says where it listens.

        With `open_files` the process may have no more descriptors than that. `wrapper` is a command
        that runs the program, as tracers do; it must leave the program's process to be ours.
        """
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
                 ) if open_files else None
        log = open(self.directory.parent / "serve.log", "ab")
        self.process = subprocess.Popen(
            [*wrapper, BINARY, "serve", "--data", str(self.directory), "--listen", "127.0.0.1:0",
             "--own-metrics", "off",  # tests count samples, also for more than a minute
             *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, preexec_fn=limit,
            env={**os.environ, **(environment or {})})
        log.close()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        line = self.process.stdout.readline().decode()
        match = re.search(r"http://\S+", line)
        if not match or time.monotonic() > deadline:
            raise AssertionError(f"the server said {line!r}; its log:\n{self.log()}")
        self.address = match.group(0)
        return self

    def log(self):
        return (self.directory.parent / "serve.log").read_text(errors="replace")

    def kill(self):
        """kill -9, and nothing else."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def stop(self):
        """An orderly end; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        self.process = None
        return code

    def connect(self, timeout=30):
        return http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=timeout)

    def request(self, method, path, body=None, headers=None, token=None, **params):
        """One request; returns (status, headers, body bytes)."""
        connection = self.connect()
        try:
            all_headers = {"Authorization": f"Bearer {token or self.token}", **(headers or {})}
            target = path + ("?" + urlencode(params, doseq=True) if params else "")
            connection.request(method, target, body=body, headers=all_headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def get(self, path, **params):
        status, _, body = self.request("GET", path, **params)
        assert status == 200, (status, body)
        return json.loads(body)

    def write(self, lines, **params):
        return self.request("POST", "/write", body=lines.encode(), **params)

    def sql(self, query):
        status, _, body = self.request("POST", "/api/v1/sql", body=json.dumps({"sql": query}))
        assert status == 200, (status, body)
        return json.loads(body)

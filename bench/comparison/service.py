"""Programs that run for a while: started on a free port, watched, stopped by their number."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

START_TIMEOUT_SECONDS = 300
STOP_TIMEOUT_SECONDS = 120
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(port, path, body=None, headers=None, timeout=600):
    """One request outside of any measurement; returns the body. Raises on anything but 2xx."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{path} answered {error.code}: {error.read()[:500]!r}") from error


class Service:
    """A started program; its output goes to a log beside its data."""

    def __init__(self, arguments, log_path, environment=None):
        self._log_path = log_path
        with open(log_path, "ab") as log:
            self._process = subprocess.Popen(
                [str(argument) for argument in arguments], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env={**os.environ, **(environment or {})})

    def wait_until(self, is_ready):
        """Returns once `is_ready()` is true; connection errors count as not ready."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"ended with {self._process.returncode}:\n{self.log_tail()}")
            try:
                if is_ready():
                    return
            except (OSError, RuntimeError):
                pass
            time.sleep(0.005)
        raise RuntimeError(f"not ready after {START_TIMEOUT_SECONDS} s:\n{self.log_tail()}")

    def log_tail(self):
        with open(self._log_path, errors="replace") as log:
            return log.read()[-2000:]

    def cpu_seconds(self):
        """User and system time so far."""
        with open(f"/proc/{self._process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def peak_memory_bytes(self):
        with open(f"/proc/{self._process.pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return 0

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=STOP_TIMEOUT_SECONDS)

    def kill(self):
        """kill -9, and nothing else."""
        self._process.kill()
        self._process.wait()

"""The load generator bench_load, called from here."""

import json
import subprocess

from .workload import START_SECONDS

WARM_UP_REQUESTS = 3  # before those that count


class Load:
    def __init__(self, binary):
        self._binary = binary

    def _run(self, verb, *arguments, headers=()):
        command = [str(self._binary), verb, *map(str, arguments)]
        for name, value in dict(headers).items():
            command += ["--header", f"{name}: {value}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"bench_load {verb}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def generate(self, directory, tags, samples, body_samples, formats, late_percent=0):
        arguments = ["--tags", tags, "--samples", samples, "--body-samples", body_samples,
                     "--late-percent", late_percent]
        for name in formats:
            arguments += ["--format", name]
        self._run("generate", *arguments, directory)

    def send(self, target, bodies, clients=2):
        return self._run("send", "--port", target.port, "--path", target.path, "--clients", clients,
                         bodies, headers=target.headers)

    def pace(self, target, tags, seconds, sums, unpaced=False, start=START_SECONDS):
        arguments = ["--tags", tags, "--seconds", seconds, "--sums", sums,
                     "--start", start]
        return self._run("pace", "--port", target.port, "--path", target.path, *arguments,
                         *(["--unpaced"] if unpaced else []), headers=target.headers)

    def measure(self, request, repeat, answer_file):
        return self._run("measure", "--port", request.port, "--path", request.path,
                         "--method", request.method, "--body", request.body, "--repeat", repeat,
                         "--warm-up", WARM_UP_REQUESTS,
                         "--save", answer_file, headers=request.headers)

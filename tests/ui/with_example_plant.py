"""Runs a command while the example plant serves, as `with_example_plant.py COMMAND…`.

The command finds the plant through BEDPLATE_URL, BEDPLATE_LOGIN (a one-time link) and
BEDPLATE_TOKEN. Exits as the command does.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    with tempfile.TemporaryDirectory(prefix="bedplate-demo-") as folder:
        data = Path(folder, "plant")
        server = subprocess.Popen(
            [os.environ["BEDPLATE_BINARY"], "demo", str(data), "--listen", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        try:
            link = find_link(server)
            environment = {**os.environ, "BEDPLATE_LOGIN": link, "BEDPLATE_URL": link.split("/login")[0],
                           "BEDPLATE_TOKEN": (data / "admin.token").read_text().strip()}
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
        finally:
            server.send_signal(signal.SIGTERM)
            if server.wait(timeout=30) != 0:
                print(f"the server ended with {server.returncode}", file=sys.stderr)


def find_link(server):
    for line in server.stdout:
        match = re.search(r"https?://\S+/login#code=\S+", line)
        if match:
            return match.group(0)
    raise SystemExit("the example plant printed no login link")


if __name__ == "__main__":
    sys.exit(main())

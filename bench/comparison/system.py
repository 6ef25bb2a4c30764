"""What every system of the comparison can be asked to do."""

import os
import time
from pathlib import Path

SETTLE_TIMEOUT_SECONDS = 300
QUERIES = ("raw", "minutes", "minutes_all", "means")


def directory_bytes(directory, pattern="**/*"):
    """The length of all files, each counted once."""
    files = {}
    for path in Path(directory).glob(pattern):
        if path.is_file() and not path.is_symlink():
            about = os.stat(path)
            files[(about.st_dev, about.st_ino)] = about.st_size
    return sum(files.values())


def wait_until(is_done, what):
    deadline = time.monotonic() + SETTLE_TIMEOUT_SECONDS
    while not is_done():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not done after {SETTLE_TIMEOUT_SECONDS} s")
        time.sleep(0.2)


class System:
    """A historian under test."""

    name = ""
    durability = ""  # what an acknowledgement means
    note = ""        # settings other than the defaults
    takes_lines = True  # line protocol
    bulk_format = None  # what bulk_target() takes

    def __init__(self):
        self.service = None
        self.directory = None
        self.port = 0

    def version(self):
        raise NotImplementedError

    def start(self, directory):
        """On a directory that may be new; returns when requests are answered."""
        raise NotImplementedError

    def stop(self):
        self.service.stop()
        self.service = None

    def line_target(self):
        return None

    def bulk_target(self):
        return None

    def settle(self):
        """Makes everything that was acknowledged visible to queries."""

    def compact(self):
        """Merges what is stored as far as the system will; the server runs afterwards."""

    def stored_bytes(self):
        """After compact()."""
        raise NotImplementedError

    def beside_bytes(self):
        """What is stored beside the samples and their index."""
        return 0

    def query(self, name, workload):
        """One of QUERIES as a Request."""
        raise NotImplementedError

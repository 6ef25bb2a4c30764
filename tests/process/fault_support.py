"""What the fault tests share: their seed and length, faults put into system calls with strace, small
disks, and a ledger of what was acknowledged.

BEDPLATE_SEED repeats a run, BEDPLATE_LONG=1 asks for the long form (`./dev test --long`).
"""

import collections
import ctypes
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import threading
import unittest
from http.client import HTTPException
from pathlib import Path

SEED = int(os.environ.get("BEDPLATE_SEED", str(random.SystemRandom().randrange(1 << 32))))
IS_LONG = os.environ.get("BEDPLATE_LONG", "") not in ("", "0")

# The calls that change, or make durable, what is on the disk.
DISK_CALLS = ("write", "pwrite64", "writev", "pwritev", "fdatasync", "fsync", "sync_file_range",
              "rename", "renameat", "renameat2", "unlink", "unlinkat", "ftruncate", "truncate",
              "fallocate", "openat", "close", "mkdir", "mkdirat", "rmdir", "link", "linkat")
CLONE_NEWNS = 0x00020000
# What a killed process leaves is the same on every file system, so a fast one will do.
MEMORY_DISK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def say(text):
    print(text, flush=True)


class Tracer:
    """strace, put in front of a program so that the program's process stays the caller's child."""

    @staticmethod
    def require():
        """Skips the calling test where programs cannot be traced."""
        if shutil.which("strace") is None:
            raise unittest.SkipTest("strace is not installed")
        probe = subprocess.run(["strace", "-o", os.devnull, "-e", "trace=none", "true"],
                               capture_output=True, check=False)
        if probe.returncode:
            raise unittest.SkipTest("this machine does not let us trace a process: "
                                    + probe.stderr.decode(errors="replace").strip())

    @staticmethod
    def recording(output):
        """Writes every call of DISK_CALLS, with the paths behind descriptors, to a file."""
        return ["strace", "-D", "-f", "--seccomp-bpf", "-y", "-s", "0", "-o", str(output),
                "-e", "trace=" + ",".join(DISK_CALLS)]

    @staticmethod
    def injecting(calls, fault, output=os.devnull):
        """`fault` is in the words of strace: `signal=KILL:when=3`, which each thread counts alone."""
        # Not with --seccomp-bpf: strace 6.1 then injects no signal.
        return ["strace", "-D", "-f", "-o", str(output), "-e", f"trace={calls}",
                "-e", f"inject={calls}:{fault}"]

    @staticmethod
    def places(output, directory):
        """Where a process can be killed: {call: ascending ordinals}, of those calls that touch
        something in `directory`. A thread counts its own calls, so an ordinal may stand for several.
        """
        counted = collections.Counter()
        found = collections.defaultdict(set)
        line_of_call = re.compile(r"^(\d+) +([a-z0-9_]+)\(")
        for line in Path(output).read_text(errors="replace").splitlines():
            match = line_of_call.match(line)
            if not match:
                continue
            counted[match.groups()] += 1
            if str(directory) in line:
                found[match.group(2)].add(counted[match.groups()])
        return {call: sorted(ordinals) for call, ordinals in sorted(found.items())}


def private_mounts():
    """From here on mounts of this process are its own, and gone with it. Skips where that is not
    allowed."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("mounting a small disk needs root")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise unittest.SkipTest("no mounts of our own here: " + os.strerror(ctypes.get_errno()))
    made = subprocess.run(["mount", "--make-rprivate", "/"], capture_output=True, check=False)
    if made.returncode:
        raise unittest.SkipTest("this machine does not let us mount: " + made.stderr.decode().strip())


class SmallDisk:
    """A tmpfs of a few megabytes; needs private_mounts()."""

    def __init__(self, mebibytes):
        self.path = Path(tempfile.mkdtemp(prefix="bedplate-disk-"))
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(self.path)],
            capture_output=True, check=False)
        if mounted.returncode:
            self.path.rmdir()
            raise unittest.SkipTest("this machine does not let us mount a small disk")
        self._filler = self.path / "filler"

    def close(self):
        subprocess.run(["umount", "-l", str(self.path)], check=True)
        self.path.rmdir()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def free_bytes(self):
        stat = os.statvfs(self.path)
        return stat.f_bavail * stat.f_frsize

    def fill(self, leave_bytes=0):
        with self._filler.open("ab") as filler:
            while (room := self.free_bytes() - leave_bytes) > 0:
                filler.write(bytes(min(room, 1 << 20)))
                filler.flush()

    def make_room(self):
        self._filler.unlink()


class Refused(Exception):
    """The server answered, and said no."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body!r}")
        self.status, self.body = status, body


class Actor(threading.Thread):
    """Changes series of its own, one operation after the other, and knows how each ended: `stored`
    holds {tag: {time: value}} of what was acknowledged, `pending` the one whose answer never came.
    """

    def __init__(self, plant, operations):
        super().__init__(daemon=True)
        self.plant, self.operations = plant, operations
        self.stored, self.pending, self.failure = collections.defaultdict(dict), None, None
        self.acknowledged, self.connection = 0, None

    def run(self):
        try:
            for operation in self.operations:
                self.pending = operation
                operation.send(self)
                operation.apply(self.stored)
                self.pending = None
                self.acknowledged += 1
        except (OSError, HTTPException):
            pass  # the server is gone; what is pending may be stored or not
        except Exception as error:  # pylint: disable=broad-except
            self.failure = repr(error)
        finally:
            self.hang_up()

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def again(self, operations):
        """The same actor with what it knows, for the next life of the server."""
        other = type(self)(self.plant, operations)
        other.stored, other.pending, other.acknowledged = self.stored, self.pending, self.acknowledged
        return other

    def exchange(self, method, path, body=None, headers=None, accept=(200, 204)):
        """One request on the connection that is kept; returns the body."""
        if self.connection is None:
            self.connection = self.plant.connect(timeout=60)
        self.connection.request(method, path, body=body,
                                headers={"Authorization": f"Bearer {self.plant.token}", **(headers or {})})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in accept:
            raise Refused(answer.status, text)
        return text


def samples_of(plant, tag):
    """{time in ns: value} of all that is stored; nothing for a tag that is not there."""
    status, _, body = plant.request("GET", "/api/v1/samples", tag=tag, time="ns", limit=1_000_000,
                                    **{"from": "1970-01-01", "to": "2199-01-01"})
    if status == 404:
        return {}
    assert status == 200, (status, body)
    page = json.loads(body)
    assert page["next"] is None, f"{tag}: more than a page"
    assert page["times"] == sorted(set(page["times"])), f"{tag}: a time stands twice or out of order"
    return dict(zip(page["times"], page["values"]))

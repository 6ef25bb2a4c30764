"""kill -9 at the Nth system call of a verb that changes a directory: the same command again comes to
what it comes to when nobody disturbs it. What `apply`, `delete`, `init` and `restore` leave when they
are killed is moreover the old state or the new one, never half of it, and the next run says which.

Each verb is first run under strace to the end, which lists its calls that touch data and what it comes
to; then copies of the same directory are killed at calls drawn from the seed, or at every one.
BEDPLATE_VERB_KILLS sets how many for each verb (3; all there are in the long form), BEDPLATE_SEED the
seed.
"""

import collections
import contextlib
import hashlib
import os
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from bedplate_process import BINARY, Plant, run
from fault_support import IS_LONG, MEMORY_DISK, SEED, Tracer, say

KILLS = int(os.environ.get("BEDPLATE_VERB_KILLS", "1000000" if IS_LONG else "3"))
FIRST_SECONDS = 1_600_000_000
ROWS = 3_000
REQUESTS = 30

PLANT = """\
format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    assets:
      leeds:
        level: site
        time_zone: Europe/London
        assets:
          line-{1..20}: {level: line, tags: {speed: {type: double, unit: m/s}}}
"""
MAP = """\
format: bedplate/import/1
time: {column: seconds, format: epoch_s}
wide:
  columns:
    speed: {tag: acme/leeds/line-1/speed, unit: m/s}
    mode: {tag: acme/leeds/line-1/mode, type: string}
"""


def ended_well(done):
    return done.returncode == 0


class Case:
    """A verb on a fresh copy of the same files. `folder` holds all that it reads and writes."""

    name = ""
    ENDINGS = (0,)  # exit codes of a verb that did its work

    def __init__(self, template, folder):
        self.folder = folder
        self.data = folder / "data"
        shutil.copytree(template, folder)

    def prepare(self):
        pass

    def command(self):
        raise NotImplementedError

    def result(self):
        """What a reader sees afterwards; the check is part of it."""
        return self.content(self.data)

    @staticmethod
    def content(data):
        checked = run("check", "--data", data)
        assert checked.returncode == 0 and "every checksum holds" in checked.stdout, checked.stdout
        rows = run("sql", "--data", data, "--format", "csv", "--limit", "1000000",
                   "SELECT tag, ts_ns, value, text FROM samples('**') ORDER BY tag, ts_ns")
        assert ended_well(rows), rows.stderr
        plant = run("export", "--data", data)
        assert ended_well(plant), plant.stderr
        return rows.stdout, plant.stdout

    @staticmethod
    def catalog(data, query):
        with contextlib.closing(sqlite3.connect(data / "catalog.sqlite")) as catalog:
            return catalog.execute(query).fetchall()

    def old(self):
        """What there is before the verb, for those that must leave that or all of the new."""
        return None

    def again(self, old, new):
        """What an operator does after a kill."""
        del old, new
        done = run(*self.command())
        assert done.returncode in self.ENDINGS, f"{done.args}: {done.returncode} {done.stdout}{done.stderr}"

    def traced(self, wrapper):
        return subprocess.run([*wrapper, BINARY, *map(str, self.command())], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)


class WholeCase(Case):
    """A verb that does all or nothing."""

    DUE = DONE = (0, "")  # how it ends, and a pattern of what it says, in the old and the new state

    def old(self):
        return self.state()

    def state(self):
        """What a reader finds before the verb is run again."""
        return self.result()

    def answer(self, is_done):
        return self.DONE if is_done else self.DUE

    def again(self, old, new):
        left = self.state()
        assert left in (old, new), f"neither the old nor the new state: {left}"
        code, words = self.answer(is_done=left == new)
        done = run(*self.command())
        said = done.stdout + done.stderr
        assert done.returncode == code and re.search(words, said, re.MULTILINE), (
            f"{'the new' if left == new else 'the old'} state was left; expected {code} and '{words}', "
            f"got {done.returncode} and '{said}'")


class MakingCase(WholeCase):
    """A verb that makes a data directory."""

    NO_DIRECTORY, IN_THE_WAY = 4, 5  # exit codes
    made = None

    def state(self):
        """None as long as the directory does not count, which every verb then says."""
        if (self.made / "bedplate.json").exists():
            copy = self.folder / "looked at"  # as looking opens it
            shutil.copytree(self.made, copy)
            return self.whole(copy)
        checked = run("check", "--data", self.made)
        assert checked.returncode == self.NO_DIRECTORY, checked.stdout + checked.stderr
        assert self.advice() in checked.stderr, checked.stderr
        return None

    def advice(self):
        return "`bedplate init "

    def result(self):
        return self.whole(self.made)

    def whole(self, directory):
        content = self.content(directory)
        remains = [path.name for path in directory.rglob("*")
                   if path.suffix == ".tmp" or "unfinished" in path.name]
        assert not remains, remains
        token = (directory / "admin.token").read_text().strip()
        digest = hashlib.sha256(token.rsplit("_", 1)[1].encode()).digest()
        live = self.catalog(directory, "SELECT secret_sha256 FROM token WHERE revoked_ns IS NULL")
        assert live == [(digest,)], f"tokens that nobody has: {live}"
        return content


class Import(Case):
    name = "import"

    def prepare(self):
        (self.folder / "map.yaml").write_text(MAP)
        rows = (f"{FIRST_SECONDS + i},{i / 8},{'run' if i % 3 else 'stop'}" for i in range(ROWS))
        (self.folder / "rows.csv").write_text("seconds,speed,mode\n" + "\n".join(rows) + "\n")

    def command(self):
        return "import", "--data", self.data, "--map", self.folder / "map.yaml", self.folder / "rows.csv"


class Apply(WholeCase):
    name = "apply"
    DUE, DONE = (0, "changes made"), (0, "nothing changed")

    def prepare(self):
        (self.folder / "plant.yaml").write_text(PLANT)

    def command(self):
        return "apply", "--data", self.data, self.folder / "plant.yaml"

    def result(self):
        return super().result(), self.catalog(self.data, "SELECT actor, action, detail FROM audit")


class Compact(Case):
    name = "compact"

    def command(self):
        return "compact", "--data", self.data


class Delete(WholeCase):
    name = "delete"
    DUE, DONE = (0, "^800 samples deleted"), (0, "^0 samples deleted")

    def command(self):
        return ("delete", "--data", self.data, "load/a/n", "--from", f"{(FIRST_SECONDS + 100) * 1000}",
                "--to", f"{(FIRST_SECONDS + 900) * 1000}", "--reason", "sensor swapped")


class Backup(Case):
    name = "backup"

    def prepare(self):
        Path(self.folder / "backups").mkdir()

    def command(self):
        return "backup", "--data", self.data, self.folder / "backups"

    def result(self):
        again = run("restore", self.folder / "backups", self.folder / "restored")
        assert ended_well(again), again.stderr
        return self.content(self.data), self.content(self.folder / "restored")


class Restore(MakingCase):
    name = "restore"
    DUE = (0, "goes on with it")
    DONE = (MakingCase.IN_THE_WAY, "expected a new or empty directory")

    def prepare(self):
        done = run("backup", "--data", self.data, self.folder / "backups")
        assert ended_well(done), done.stderr
        self.made = self.folder / "restored"
        self.mark = self.made / "restore.unfinished"

    def command(self):
        return "restore", self.folder / "backups", self.made

    def advice(self):
        return "an unfinished restore of " if self.mark.exists() else super().advice()

    def answer(self, is_done):
        # As long as its mark stands, it says once more that it is done.
        return self.DUE if self.mark.exists() else super().answer(is_done)


class Repair(Case):
    name = "check --repair"
    ENDINGS = (0, 8)  # 8: there was damage; where it is repaired already, 0

    def prepare(self):
        segment = max((self.data / "historian/segments").iterdir(), key=lambda path: path.stat().st_size)
        content = bytearray(segment.read_bytes())
        content[40] ^= 1
        segment.write_bytes(content)
        assert run("check", "--data", self.data).returncode == 8

    def command(self):
        return "check", "--repair", "--data", self.data


class Init(MakingCase):
    name = "init"
    DUE = (0, "^made ")
    DONE = (MakingCase.IN_THE_WAY, "is a Bedplate data directory already")

    def prepare(self):
        self.made = self.folder / "new"

    def command(self):
        return "init", self.made


class KilledVerbs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Tracer.require()
        cls.chance = random.Random(SEED)
        scratch = tempfile.TemporaryDirectory(dir=MEMORY_DISK)
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = Path(scratch.name)
        cls.template = cls.scratch / "template"
        cls.template.mkdir()
        with Plant(MEMORY_DISK) as plant:
            plant.serve("--head-bytes", "8192")
            for request in range(REQUESTS):
                status, _, body = plant.write("".join(
                    f"load,w={series} n={request * i}i {(FIRST_SECONDS + request * 40 + i) * 10**9}\n"
                    for series in "abc" for i in range(60)))
                assert status == 204, body
            plant.kill()
            shutil.copytree(plant.directory, cls.template / "data",
                            ignore=shutil.ignore_patterns("*.sock"))
        say(f"seed {SEED}, at most {KILLS} kills of each verb")

    def fresh(self, kind):
        """A copy at the same place each time, as paths count in what is compared."""
        folder = self.scratch / "work"
        shutil.rmtree(folder, ignore_errors=True)
        case = kind(self.template, folder)
        case.prepare()
        return case

    def undisturbed(self, kind):
        case = self.fresh(kind)
        record = self.scratch / "calls"
        done = case.traced(Tracer.recording(record))
        self.assertIn(done.returncode, case.ENDINGS, done.stdout + done.stderr)
        places = Tracer.places(record, case.folder)
        return [(call, ordinal) for call, ordinals in places.items() for ordinal in ordinals], case.result()

    def kill_at(self, kind, place, old, expected):
        case = self.fresh(kind)
        call, ordinal = place
        about = f"seed {SEED}, {kind.name} killed at {call} number {ordinal} of a thread"
        done = case.traced(Tracer.injecting(call, f"signal=KILL:when={ordinal}"))
        if done.returncode != -9:
            self.assertIn(done.returncode, case.ENDINGS, f"{about}\n{done.stderr}")
            return False
        try:
            case.again(old, expected)
            result = case.result()
        except AssertionError as error:
            raise AssertionError(f"{about}: {error}") from error
        self.assertEqual(result, expected, about)
        return True

    def check_verb(self, kind):
        started = time.monotonic()
        places, expected = self.undisturbed(kind)
        self.assertGreater(len(places), 10, places)
        old = self.fresh(kind).old()
        chosen = places if KILLS >= len(places) else self.chance.sample(places, KILLS)
        hits = collections.Counter(call for call, ordinal in chosen
                                   if self.kill_at(kind, (call, ordinal), old, expected))
        say(f"{kind.name}: {hits.total()} kills at {len(places)} places in "
            f"{time.monotonic() - started:.0f} s: "
            + ", ".join(f"{call} {count}" for call, count in hits.most_common()))
        self.assertGreater(hits.total(), 0)


def add_tests():
    for kind in (Import, Apply, Compact, Delete, Backup, Restore, Repair, Init):
        name = "test_" + kind.name.replace(" --", "_")
        setattr(KilledVerbs, name, lambda self, kind=kind: self.check_verb(kind))


add_tests()

if __name__ == "__main__":
    unittest.main()

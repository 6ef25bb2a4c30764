"""kill -9 at the Nth system call of a verb that changes a directory: the same command again comes to
what it comes to when nobody disturbs it.

Each verb is first run under strace to the end, which lists its calls that touch data and what it comes
to; then copies of the same directory are killed at calls drawn from the seed, or at every one.
BEDPLATE_VERB_KILLS sets how many for each verb (3; all there are in the long form), BEDPLATE_SEED the
seed.
"""

import collections
import os
import random
import shutil
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

    def once(self):
        done = run(*self.command())
        assert ended_well(done), f"{done.args}: {done.returncode} {done.stdout}{done.stderr}"

    def traced(self, wrapper):
        return subprocess.run([*wrapper, BINARY, *map(str, self.command())], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)


class Import(Case):
    name = "import"

    def prepare(self):
        (self.folder / "map.yaml").write_text(MAP)
        rows = (f"{FIRST_SECONDS + i},{i / 8},{'run' if i % 3 else 'stop'}" for i in range(ROWS))
        (self.folder / "rows.csv").write_text("seconds,speed,mode\n" + "\n".join(rows) + "\n")

    def command(self):
        return "import", "--data", self.data, "--map", self.folder / "map.yaml", self.folder / "rows.csv"


class Apply(Case):
    name = "apply"

    def prepare(self):
        (self.folder / "plant.yaml").write_text(PLANT)

    def command(self):
        return "apply", "--data", self.data, self.folder / "plant.yaml"


class Compact(Case):
    name = "compact"

    def command(self):
        return "compact", "--data", self.data


class Delete(Case):
    name = "delete"

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


class Restore(Case):
    name = "restore"

    def prepare(self):
        done = run("backup", "--data", self.data, self.folder / "backups")
        assert ended_well(done), done.stderr

    def command(self):
        return "restore", self.folder / "backups", self.folder / "restored"

    def once(self):
        # One that was killed behind its last step has nothing left to do.
        if not (self.folder / "restored" / "bedplate.json").exists():
            super().once()

    def result(self):
        return self.content(self.folder / "restored")


class Repair(Case):
    name = "check --repair"

    def prepare(self):
        segment = max((self.data / "historian/segments").iterdir(), key=lambda path: path.stat().st_size)
        content = bytearray(segment.read_bytes())
        content[40] ^= 1
        segment.write_bytes(content)
        assert run("check", "--data", self.data).returncode == 8

    def command(self):
        return "check", "--repair", "--data", self.data


class Init(Case):
    name = "init"

    def command(self):
        return "init", self.folder / "new"

    def once(self):
        if not (self.folder / "new" / "bedplate.json").exists():
            super().once()

    def result(self):
        token = (self.folder / "new" / "admin.token").read_text()
        return self.content(self.folder / "new"), len(token)


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
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        places = Tracer.places(record, case.folder)
        return [(call, ordinal) for call, ordinals in places.items() for ordinal in ordinals], case.result()

    def kill_at(self, kind, place, expected):
        case = self.fresh(kind)
        call, ordinal = place
        about = f"seed {SEED}, {kind.name} killed at {call} number {ordinal} of a thread"
        done = case.traced(Tracer.injecting(call, f"signal=KILL:when={ordinal}"))
        if done.returncode != -9:
            self.assertEqual(done.returncode, 0, f"{about}\n{done.stderr}")
            return False
        try:
            case.once()
            result = case.result()
        except AssertionError as error:
            raise AssertionError(f"{about}: {error}") from error
        self.assertEqual(result, expected, about)
        return True

    def check_verb(self, kind):
        started = time.monotonic()
        places, expected = self.undisturbed(kind)
        self.assertGreater(len(places), 10, places)
        chosen = places if KILLS >= len(places) else self.chance.sample(places, KILLS)
        hits = collections.Counter(call for call, ordinal in chosen
                                   if self.kill_at(kind, (call, ordinal), expected))
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

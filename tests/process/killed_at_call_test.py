"""kill -9 at the Nth system call of the server that touches its data.

A first run under strace lists these calls; each further run is killed at one of them, drawn from the
seed, while clients append (line protocol, numbered binary appends), delete, merge and back up. Then
all that was acknowledged is there exactly, what was not is there as a whole or not at all, numbered
appends that are sent again are stored once, and `bedplate check` finds nothing.

BEDPLATE_CALL_KILLS sets how often (25; 1000 in the long form), BEDPLATE_SEED the seed.
"""

import collections
import json
import os
import random
import struct
import tempfile
import time
import unittest
from pathlib import Path

from bedplate_process import Plant, run
from fault_support import IS_LONG, MEMORY_DISK, SEED, Actor, Tracer, samples_of, say

KILLS = int(os.environ.get("BEDPLATE_CALL_KILLS", "1000" if IS_LONG else "25"))
KILLS_OF_A_PLANT = 20
HEAD_BYTES = 32 * 1024
FIRST_NS = 1_600_000_000_000_000_000
STEP_NS = 1_000_000
POINTS = 120
OPERATIONS = 30
BINARY_APPEND = "application/vnd.bedplate.append"


class LineAppend:
    """New points upwards; sometimes late ones, and corrections of what is there."""

    def __init__(self, series, first, chance):
        self.tag = f"load/{series}/n"
        numbers = list(range(first, first + POINTS))
        if first and chance.random() < 0.3:
            numbers += chance.sample(range(first), min(first, 20))
        chance.shuffle(numbers)
        self.lines = f"load,w={series} n="
        self.points = {FIRST_NS + 2 * n * STEP_NS: chance.randrange(1 << 40) for n in numbers}
        if chance.random() < 0.3:  # between what is there
            self.points |= {time_ns + STEP_NS: value for time_ns, value in list(self.points.items())[:20]}

    def send(self, actor):
        body = "".join(f"{self.lines}{value}i {time_ns}\n" for time_ns, value in self.points.items())
        actor.exchange("POST", "/write", body)

    def apply(self, stored):
        stored[self.tag].update(self.points)


class NumberedAppend:
    """A binary append with a number, of two tags; every number but the first starts a new second."""

    def __init__(self, source, sequence, chance):
        self.source, self.sequence = source, sequence
        times = [FIRST_NS + (sequence * POINTS + i) * STEP_NS for i in range(POINTS)]
        self.columns = {f"marked/{source}/{tag}": dict(zip(times, (chance.randrange(1 << 40) for _ in times)))
                        for tag in ("a", "b")}

    def body(self, offset=0):
        content = b"BEDPLAPP" + struct.pack("<II", 1, 0)
        for tag, points in self.columns.items():
            name = tag.encode()
            head = struct.pack("<IHHBB6x", len(points), len(name), 0, 2, 0)
            values = [value + offset for value in points.values()]
            content += head + name + bytes(-len(name) % 8)
            content += struct.pack(f"<{len(points)}q", *points) + struct.pack(f"<{len(points)}q", *values)
        return content

    def send(self, actor, offset=0):
        """Returns whether it was stored before."""
        answer = json.loads(actor.exchange(
            "POST", "/api/v1/append", self.body(offset),
            {"Content-Type": BINARY_APPEND, "Bedplate-Source": self.source,
             "Bedplate-Sequence": str(self.sequence)}))
        expected = 0 if answer["repeated"] else 2 * POINTS
        assert answer["stored"] == expected, answer
        return answer["repeated"]

    def apply(self, stored):
        for tag, points in self.columns.items():
            stored[tag].update(points)


class Deletion:
    """Takes a range out of what a LineAppend stored."""

    def __init__(self, series, first, chance):
        self.tag = f"load/{series}/n"
        self.start = FIRST_NS + 2 * chance.randrange(max(first, 1)) * STEP_NS
        self.stop = self.start + 2 * POINTS * STEP_NS

    def send(self, actor):
        # Whole milliseconds: what the route takes as numbers.
        target = (f"/api/v1/samples?tag={self.tag}&from={self.start // 10**6}&to={self.stop // 10**6}"
                  "&reason=test")
        actor.exchange("DELETE", target, accept=(200, 404))

    def apply(self, stored):
        stored[self.tag] = {time_ns: value for time_ns, value in stored[self.tag].items()
                            if not self.start <= time_ns < self.stop}


class Upkeep:
    """A merge or a backup: changes no sample."""

    def __init__(self, method_path, body=None):
        self.path, self.body = method_path, body

    def send(self, actor):
        actor.exchange("POST", self.path, self.body, {"Content-Type": "application/json"} if self.body else {})

    def apply(self, stored):
        pass


class Workload:
    """What the clients of one plant do, life after life."""

    SERIES = ("a", "b")
    DOOMED = "doomed"
    SOURCE = "press-7"

    def __init__(self, plant, chance, target):
        self.plant, self.chance, self.target = plant, chance, target
        self.next = collections.Counter()
        self.actors = [Actor(plant, ()) for _ in range(len(self.SERIES) + 3)]

    def live(self):
        """Runs until every client has done its part, or the server is gone."""
        self.actors = [actor.again(operations) for actor, operations in zip(self.actors, self.plans())]
        for actor in self.actors:
            actor.start()
        for actor in self.actors:
            actor.join(timeout=120)
            assert not actor.is_alive(), "an operation does not end"
            assert actor.failure is None, actor.failure

    def plans(self):
        for series in self.SERIES:
            yield [self.append(series) for _ in range(OPERATIONS)]
        yield [self.numbered() for _ in range(OPERATIONS)]
        yield [self.append(self.DOOMED) if i % 3 else
               Deletion(self.DOOMED, self.next[self.DOOMED], self.chance) for i in range(1, OPERATIONS)]
        backup = Upkeep("/api/v1/backup", json.dumps({"target": str(self.target)}))
        yield [backup if i % 5 == 2 else Upkeep("/api/v1/compact") for i in range(OPERATIONS // 3)]

    def append(self, series):
        operation = LineAppend(series, self.next[series], self.chance)
        self.next[series] += POINTS
        return operation

    def numbered(self):
        self.next[self.SOURCE] += 1
        return NumberedAppend(self.SOURCE, self.next[self.SOURCE], self.chance)

    def settle(self):
        """After a kill: what is there is what was acknowledged, with or without what was pending,
        which is then sent again."""
        for actor in self.actors:
            pending, actor.pending = actor.pending, None
            was_stored = self.compare(actor, pending)
            if pending is None or isinstance(pending, Upkeep):
                continue
            repeated = pending.send(actor)
            if isinstance(pending, NumberedAppend):
                assert repeated == was_stored, f"stored: {was_stored}, repeated: {repeated}"
                # What is repeated is not looked at, whatever it holds.
                assert pending.send(actor, offset=1), "a number was taken twice"
            actor.hang_up()
            pending.apply(actor.stored)
            self.compare(actor, None)

    def compare(self, actor, pending):
        """Whether what was pending is stored."""
        before = dict(actor.stored)
        after = {tag: dict(points) for tag, points in before.items()}
        if pending is not None:
            pending.apply(after := _Tags(after))
        found = {tag: samples_of(self.plant, tag) for tag in after}
        if found == {tag: before.get(tag, {}) for tag in after}:
            return False
        assert found == dict(after), explain(found, before, after)
        return True


class _Tags(dict):
    def __missing__(self, tag):
        self[tag] = {}
        return self[tag]


def explain(found, before, after):
    lines = ["what is stored is neither what was acknowledged nor that with what was pending"]
    for tag, points in found.items():
        lost = before.get(tag, {}).keys() & after[tag].keys() - points.keys()
        invented = points.keys() - before.get(tag, {}).keys() - after[tag].keys()
        wrong = [time_ns for time_ns, value in points.items()
                 if value not in (before.get(tag, {}).get(time_ns), after[tag].get(time_ns))]
        lines.append(f"{tag}: {len(points)} samples; acknowledged {len(before.get(tag, {}))}, with the "
                     f"pending {len(after[tag])}; lost {sorted(lost)[:3]}, invented "
                     f"{sorted(invented)[:3]}, of another value {sorted(wrong)[:3]}")
    return "\n".join(lines)


class KilledAtACall(unittest.TestCase):
    def test_nothing_acknowledged_is_lost_and_nothing_is_invented(self):
        Tracer.require()
        say(f"seed {SEED}, {KILLS} kills")
        self.chance = random.Random(SEED)
        self.hits, self.misses, self.acknowledged, self.backups = collections.Counter(), 0, 0, 0
        self.places = self.find_places()
        started = time.monotonic()
        while self.hits.total() < KILLS:
            self.one_plant()
        say(f"{self.hits.total()} kills at a call in {time.monotonic() - started:.0f} s: "
            + ", ".join(f"{call} {count}" for call, count in self.hits.most_common()))
        say(f"{self.misses} lives ended before their call came; {self.acknowledged} operations "
            f"acknowledged, all there; {self.backups} backups restored")

    def find_places(self):
        with Plant(MEMORY_DISK) as plant, tempfile.TemporaryDirectory(dir=MEMORY_DISK) as target:
            record = plant.directory.parent / "calls"
            plant.serve("--head-bytes", str(HEAD_BYTES), wrapper=Tracer.recording(record))
            workload = Workload(plant, random.Random(SEED), Path(target) / "backups")
            workload.live()
            plant.stop()
            places = {call: set(ordinals) for call, ordinals in
                      Tracer.places(record, plant.directory).items()}
            for call, ordinals in Tracer.places(record, target).items():
                places.setdefault(call, set()).update(ordinals)
        self.assertTrue({"fdatasync", "rename", "openat"} <= places.keys(), places.keys())
        say("calls that touch data, and the most of a thread: "
            + ", ".join(f"{call} {max(ordinals)}" for call, ordinals in sorted(places.items())))
        return {call: sorted(ordinals) for call, ordinals in sorted(places.items())}

    def one_plant(self):
        with Plant(MEMORY_DISK) as plant, tempfile.TemporaryDirectory(dir=MEMORY_DISK) as target:
            workload = Workload(plant, self.chance, Path(target) / "backups")
            for _ in range(KILLS_OF_A_PLANT):
                if self.hits.total() >= KILLS:
                    break
                self.one_life(plant, workload)
            self.acknowledged += sum(actor.acknowledged for actor in workload.actors)
            self.restore(plant, workload)

    def one_life(self, plant, workload):
        call = self.chance.choice(list(self.places))
        ordinal = self.chance.choice(self.places[call])
        about = f"seed {SEED}, kill {self.hits.total() + 1}, at {call} number {ordinal} of a thread"
        killer = Tracer.injecting(call, f"signal=KILL:when={ordinal}")
        try:
            plant.serve("--head-bytes", str(HEAD_BYTES), wrapper=killer)
            workload.live()
        except AssertionError as error:
            if plant.process.wait(timeout=20) != -9:
                raise AssertionError(f"{about}: {error}\n{plant.log()}") from error
        if plant.process.poll() is None:
            self.misses += 1
        else:
            self.assertEqual(plant.process.returncode, -9, f"{about}\n{plant.log()}")
            self.hits[call] += 1
        plant.kill()
        checked = plant.cli("check")
        self.assertEqual(checked.returncode, 0, f"{about}\n{checked.stdout}{checked.stderr}")
        self.assertIn("every checksum holds", checked.stdout, about)
        plant.serve("--head-bytes", str(HEAD_BYTES))
        try:
            workload.settle()
        except AssertionError as error:
            raise AssertionError(f"{about}: {error}\n{plant.log()}") from error
        plant.kill()

    def restore(self, plant, workload):
        """A last backup holds all, and the newest that there is restores whatever was killed."""
        restored = plant.directory.parent / "restored"
        plant.serve()
        self.assertEqual(plant.cli("backup", workload.target).returncode, 0)
        plant.kill()
        done = run("restore", workload.target, restored)
        self.assertEqual(done.returncode, 0, f"seed {SEED}\n{done.stderr}")
        plant.directory.rename(plant.directory.with_name("original"))
        restored.rename(plant.directory)
        checked = plant.cli("check")
        self.assertEqual(checked.returncode, 0, f"seed {SEED}\n{checked.stdout}{checked.stderr}")
        plant.serve()
        for actor in workload.actors:
            workload.compare(actor, None)
        self.assertEqual(plant.stop(), 0, plant.log())
        self.backups += 1


if __name__ == "__main__":
    unittest.main()

"""The clock of the machine jumps by twelve hours, forward and back, under a running server: nothing is
lost, nothing waits, nobody is logged out, and what is ordered by time stays in its order.

libfaketime shifts what the program takes for the time of day, and leaves its monotonic clock alone, as a
real jump does. BEDPLATE_CLOCK_JUMPS sets how often it jumps (4; 200 in the long form), BEDPLATE_SEED the
seed.
"""

import collections
import glob
import http.client
import json
import os
import random
import threading
import time
import unittest
from pathlib import Path

from bedplate_process import Plant, run
from fault_support import IS_LONG, SEED, samples_of, say

JUMPS = int(os.environ.get("BEDPLATE_CLOCK_JUMPS", "200" if IS_LONG else "4"))
HOURS = 12
HOUR_NS = 3_600 * 10**9
HEAD_BYTES = 64 * 1024
# Longer than any request may take here; a server that waits for a clock would wait for hours.
ANSWER_SECONDS = 20
LIBRARY = "/usr/lib/*/faketime/libfaketime.so.1"


class ShiftedClock:
    """How far the clock of a process is from the machine's; it may be moved while the process runs."""

    def __init__(self, folder):
        libraries = glob.glob(LIBRARY)
        if not libraries:
            raise unittest.SkipTest("libfaketime is not installed")
        self.file = Path(folder) / "clock"
        self.hours = 0
        self.jump_to(0)
        self.environment = {"LD_PRELOAD": libraries[0], "FAKETIME_TIMESTAMP_FILE": str(self.file),
                            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                            "DONT_FAKE_MONOTONIC": "1"}

    def jump_to(self, hours):
        part = self.file.with_suffix(".part")
        part.write_text(f"{hours:+d}h\n")
        part.rename(self.file)
        self.hours = hours

    def now_ns(self):
        return time.time_ns() + self.hours * HOUR_NS


class Listener(threading.Thread):
    """Counts what a live stream says."""

    def __init__(self, plant, tag):
        super().__init__(daemon=True)
        self.connection = plant.connect(timeout=60)
        self.connection.request("GET", f"/api/v1/live?tag={tag}",
                                headers={"Authorization": f"Bearer {plant.token}"})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        self.events, self.ended = collections.Counter(), False

    def run(self):
        try:
            while line := self.answer.readline():
                if line.startswith(b"event:"):
                    self.events[line.split(b":")[1].strip().decode()] += 1
        except (OSError, ValueError, http.client.HTTPException):
            pass
        self.ended = True


class ClockJump(unittest.TestCase):
    def setUp(self):
        self.plant = Plant()
        self.addCleanup(self.plant.close)
        self.clock = ShiftedClock(self.plant.directory.parent)
        self.stored = {}
        self.explicit = 0
        self.slowest = 0.0

    def serve(self, *arguments):
        self.plant.serve("--head-bytes", str(HEAD_BYTES), *arguments, environment=self.clock.environment)

    def timed(self, method, path, **options):
        started = time.monotonic()
        answer = self.plant.request(method, path, **options)
        self.slowest = max(self.slowest, time.monotonic() - started)
        return answer

    def append(self, count=500):
        """Samples with times of their own, a second apart."""
        first = self.explicit
        self.explicit += count
        points = {1_600_000_000 * 10**9 + n * 10**9: n for n in range(first, first + count)}
        status, _, body = self.timed("POST", "/write", body="".join(
            f"clock,k=own n={n}i {time_ns}\n" for time_ns, n in points.items()).encode())
        self.assertEqual(status, 204, body)
        self.stored.update(points)

    def append_without_time(self):
        """The server's time is that of the sample."""
        before = self.clock.now_ns()
        known = samples_of(self.plant, "clock/server/n").keys()
        self.assertEqual(self.timed("POST", "/write", body=b"clock,k=server n=1i\n")[0], 204)
        [time_ns] = samples_of(self.plant, "clock/server/n").keys() - known
        self.assertGreaterEqual(time_ns, before)
        self.assertLessEqual(time_ns, self.clock.now_ns())

    def log_in(self):
        status, headers, body = self.plant.request(
            "POST", "/api/v1/session", body=json.dumps({"token": self.plant.token}),
            headers={"Content-Type": "application/json", "Origin": self.plant.address})
        self.assertIn(status, (200, 204), body)
        return headers["Set-Cookie"].split(";")[0]

    def session_status(self, cookie):
        connection = self.plant.connect()
        try:
            connection.request("GET", "/api/v1/tags", headers={"Cookie": cookie})
            return connection.getresponse().status
        finally:
            connection.close()

    def test_nothing_is_lost_and_nothing_waits(self):
        say(f"seed {SEED}, {JUMPS} jumps of up to {HOURS} hours")
        chance = random.Random(SEED)
        self.serve()
        self.append()
        self.append_without_time()
        listener, cookie = Listener(self.plant, "clock/**"), self.log_in()
        listener.start()
        for number in range(JUMPS):
            self.clock.jump_to(chance.choice((-HOURS, HOURS, 0)) if number else HOURS)
            events = listener.events.total()
            self.append()
            self.append_without_time()
            self.look_at_everything()
            self.assertEqual(self.session_status(cookie), 200, f"logged out by a jump, seed {SEED}")
            self.wait_until(lambda: listener.events.total() > events, "the live stream says nothing")
            if number % 10 == 9:
                self.plant.kill()
                self.serve()
                listener, cookie = Listener(self.plant, "clock/**"), self.log_in()
                listener.start()
        self.assertFalse(listener.ended)
        say(f"{len(self.stored)} samples, all there; the slowest of all answers took {self.slowest:.2f} s")
        self.assertEqual(self.plant.stop(), 0, self.plant.log())
        self.assertEqual(self.plant.cli("check").returncode, 0)

    def wait_until(self, is_so, otherwise):
        deadline = time.monotonic() + ANSWER_SECONDS
        while not is_so():
            self.assertLess(time.monotonic(), deadline, f"{otherwise}, seed {SEED}")
            time.sleep(0.05)

    def look_at_everything(self):
        self.assertEqual(samples_of(self.plant, "clock/own/n"), self.stored)
        self.assertEqual(self.timed("POST", "/api/v1/compact")[0], 200)
        # What a tag without a declared interval holds does not depend on the time of day.
        start = 1_600_000_000 * 1000
        status, _, body = self.timed("GET", "/api/v1/aggregate", tag="clock/own/n",
                                     fn="count,time_weighted_mean",
                                     buckets="1", **{"from": start, "to": start + len(self.stored) * 1000})
        self.assertEqual(status, 200, body)
        [series] = json.loads(body)["series"]
        self.assertEqual(series["count"], [len(self.stored)])
        self.assertAlmostEqual(series["time_weighted_mean"][0], (len(self.stored) - 1) / 2)
        status, _, body = self.timed("GET", "/api/v1/last", tag="clock/**")
        self.assertEqual(status, 200, body)
        self.assertEqual(self.plant.request("GET", "/health")[0], 200)
        self.assertLess(self.slowest, ANSWER_SECONDS)

    def test_the_newest_backup_stays_the_newest(self):
        self.serve()
        target = self.plant.directory.parent / "backups"
        for hours in (HOURS, 0, -HOURS):
            self.clock.jump_to(hours)
            self.append()
            status, _, body = self.timed("POST", "/api/v1/backup", body=json.dumps({"target": str(target)}),
                                         headers={"Content-Type": "application/json"})
            self.assertEqual(status, 200, body)
        self.plant.kill()
        restored = self.plant.directory.parent / "restored"
        self.assertEqual(run("restore", target, restored).returncode, 0)
        self.plant.directory.rename(self.plant.directory.with_name("original"))
        restored.rename(self.plant.directory)
        self.serve()
        self.assertEqual(samples_of(self.plant, "clock/own/n"), self.stored)

    def test_retention_does_not_believe_a_clock_that_is_wrong_at_the_start(self):
        self.serve()
        self.append()
        for hours in (10 * 365 * 24, -10 * 365 * 24, 10 * 365 * 24):
            self.plant.stop()
            self.clock.jump_to(hours)
            # Samples of 2020: not old enough by the true clock, but by one that is ten years ahead.
            self.serve("--keep", f"**={12 * 365}d")
            time.sleep(1)
            self.assertEqual(samples_of(self.plant, "clock/own/n"), self.stored, f"at {hours:+d} h")
        self.assertNotIn("samples deleted", self.plant.log())
        self.assertIn("retention: the clock says", self.plant.log())


if __name__ == "__main__":
    unittest.main()

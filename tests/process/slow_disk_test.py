"""A disk whose every sync takes two seconds (strace delays fdatasync): no append is acknowledged before
its sync, appends share syncs, reads do not wait for writes, and beyond what the server can hold it says
503 with Retry-After instead of growing.

BEDPLATE_SLOW_SECONDS sets how long the load lasts (12; 300 in the long form).
"""

import http.client
import os
import threading
import time
import unittest
from pathlib import Path

from bedplate_process import Plant
from fault_support import IS_LONG, SEED, Tracer, say

LOAD_SECONDS = int(os.environ.get("BEDPLATE_SLOW_SECONDS", "300" if IS_LONG else "12"))
SYNC_SECONDS = 2.0
# strace may be a little early, and appends wait for others in whole syncs only.
LEAST_SECONDS = 0.9 * SYNC_SECONDS
WRITERS = 40
READERS = 2
CROWD = 500
CROWD_TAGS = 20
READ_SAMPLES = 1000
FIRST_NS = 1_600_000_000_000_000_000
# Far below a sync; what is left is a busy machine, and every call of the server stopping for strace.
READ_SECONDS = 1.0
GROWTH_MEBIBYTES = 300


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def resident_mebibytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


class Caller(threading.Thread):
    """Sends a request, and others after it until a time; notes status and seconds of each."""

    def __init__(self, plant, make, until):
        super().__init__(daemon=True)
        self.plant, self.make, self.until = plant, make, until
        self.answers, self.failure = [], None

    def run(self):
        connection = self.plant.connect(timeout=120)
        try:
            while not self.answers or time.monotonic() < self.until:
                method, path, body = self.make()
                started = time.monotonic()
                connection.request(method, path, body, {"Authorization": f"Bearer {self.plant.token}"})
                answer = connection.getresponse()
                answer.read()
                self.answers.append((answer.status, time.monotonic() - started,
                                     answer.getheader("Retry-After")))
        except (OSError, http.client.HTTPException) as error:
            self.failure = repr(error)
        finally:
            connection.close()


class SlowDisk(unittest.TestCase):
    def setUp(self):
        Tracer.require()
        self.plant = Plant()
        self.addCleanup(self.plant.close)
        delay = Tracer.injecting("fdatasync", f"delay_enter={int(SYNC_SECONDS * 1e6)}")
        self.plant.serve(wrapper=delay)
        self.number = 0
        self.lock = threading.Lock()
        # A new tag costs syncs of the catalog too, so all of them are made at once.
        names = [f"w{i}" for i in range(WRITERS)] + [f"c{i}" for i in range(CROWD_TAGS)]
        first = self.lines("read", READ_SAMPLES) + "".join(self.lines(name, 1) for name in names)
        self.assertEqual(self.plant.write(first)[0], 204)

    def lines(self, series, count):
        with self.lock:
            first, self.number = self.number, self.number + count
        return "".join(f"slow,w={series} n={n}i {FIRST_NS + n * 1_000_000}\n" for n in range(first, first + count))

    def writer(self, series):
        return lambda: ("POST", "/write", self.lines(series, 10).encode())

    @staticmethod
    def reader():
        return "GET", "/api/v1/samples?tag=slow/read/n&from=1970-01-01&to=2199-01-01&limit=100", None

    def syncs(self):
        text = self.plant.request("GET", "/metrics")[2].decode()
        return next(int(line.split()[1]) for line in text.splitlines()
                    if line.startswith("bedplate_log_syncs_total "))

    def run_callers(self, callers):
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(timeout=LOAD_SECONDS + 120)
            self.assertFalse(caller.is_alive())
            self.assertIsNone(caller.failure)

    def test_appends_share_syncs_and_readers_do_not_wait(self):
        say(f"seed {SEED} (nothing is drawn), syncs of {SYNC_SECONDS:.0f} s for {LOAD_SECONDS} s")
        before = self.syncs()
        until = time.monotonic() + LOAD_SECONDS
        writers = [Caller(self.plant, self.writer(f"w{i}"), until) for i in range(WRITERS)]
        readers = [Caller(self.plant, self.reader, until) for _ in range(READERS)]
        self.run_callers(writers + readers)
        syncs = self.syncs() - before
        appends = [answer for writer in writers for answer in writer.answers]
        self.assertEqual({status for status, _, _ in appends}, {204})
        waits = [seconds for _, seconds, _ in appends]
        reads = [seconds for reader in readers for _, seconds, _ in reader.answers]
        self.assertEqual({answer[0] for reader in readers for answer in reader.answers}, {200})
        say(f"{len(appends)} appends in {syncs} syncs, median {percentile(waits, 50):.2f} s, least "
            f"{min(waits):.2f} s; {len(reads)} reads, median {1e3 * percentile(reads, 50):.1f} ms, "
            f"p99 {1e3 * percentile(reads, 99):.1f} ms")
        self.assertGreaterEqual(min(waits), LEAST_SECONDS, "acknowledged before its sync")
        self.assertGreater(len(appends), 3 * syncs, "appends do not share syncs")
        self.assertLess(percentile(reads, 99), READ_SECONDS, "reads wait for writes")

    def test_a_crowd_is_told_to_come_back_and_costs_no_memory(self):
        before = resident_mebibytes(self.plant.process.pid)
        until = time.monotonic()
        crowd = [Caller(self.plant, self.writer(f"c{i % CROWD_TAGS}"), until) for i in range(CROWD)]
        self.run_callers(crowd)
        grown = resident_mebibytes(self.plant.process.pid) - before
        answers = [answer for caller in crowd for answer in caller.answers]
        refused = [answer for answer in answers if answer[0] == 503]
        say(f"{len(answers)} appends at once: {len(answers) - len(refused)} acknowledged, {len(refused)} "
            f"told to come back; memory grew by {grown:.0f} MiB")
        self.assertEqual({status for status, _, _ in answers}, {204, 503})
        self.assertTrue(all(retry_after for _, _, retry_after in refused))
        self.assertLess(grown, GROWTH_MEBIBYTES)
        stored = self.plant.sql("SELECT count(*) FROM samples('slow/**')")["columns"][0]["values"][0]
        self.assertGreaterEqual(stored, READ_SAMPLES + 10 * (len(answers) - len(refused)))


if __name__ == "__main__":
    unittest.main()

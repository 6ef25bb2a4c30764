"""A disk of 64 MB that fills up: reads, queries and trends go on, writers are told with 507 (503 on the
routes of InfluxDB, whose clients repeat after nothing else), and all goes on by itself when there is room
again, within the time that is printed. Nothing that was acknowledged is lost, in the catalog neither.

BEDPLATE_FILLINGS sets how often the disk fills up (2; 40 in the long form), BEDPLATE_SEED the seed.
"""

import collections
import json
import os
import random
import time
import unittest

from bedplate_process import Plant
from fault_support import IS_LONG, SEED, SmallDisk, private_mounts, samples_of, say

FILLINGS = int(os.environ.get("BEDPLATE_FILLINGS", "40" if IS_LONG else "2"))
DISK_MEBIBYTES = 64
RESERVE_BYTES = 4 << 20
HEAD_BYTES = 1 << 20
FIRST_NS = 1_600_000_000_000_000_000
POINTS = 2_000
RESUME_SECONDS = 5


class FullDisk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        private_mounts()

    def setUp(self):
        disk = SmallDisk(DISK_MEBIBYTES)
        self.addCleanup(disk.close)
        self.disk, self.chance = disk, random.Random(SEED)
        self.plant = Plant(disk.path)
        self.addCleanup(self.plant.close)
        self.stored = collections.defaultdict(dict)
        self.next = 0

    def serve(self):
        self.plant.serve("--head-bytes", str(HEAD_BYTES), "--reserve-bytes", str(RESERVE_BYTES))

    def append(self, series="a"):
        """Returns the status; what is acknowledged goes into the ledger."""
        points = {FIRST_NS + (self.next + i) * 1_000_000: self.chance.randrange(1 << 40) for i in range(POINTS)}
        lines = "".join(f"disk,w={series} n={value}i {time_ns}\n" for time_ns, value in points.items())
        status, _, body = self.plant.write(lines)
        if status == 204:
            self.next += POINTS
            self.stored[f"disk/{series}/n"].update(points)
        else:
            self.assertEqual(status, 503, body)
            self.assertIn(b"disk full", body)
        return status

    def numbered(self, sequence, number):
        """A JSON append of one sample; returns (status, problem)."""
        time_ns = FIRST_NS + sequence * 1_000_000
        status, _, body = self.plant.request(
            "POST", "/api/v1/append", headers={"Content-Type": "application/json"},
            body=json.dumps({"source": "test", "batches": [
                {"tag": "json/n", "type": "int64", "times_ns": [time_ns], "values": [number]}]}))
        if status == 200:
            self.stored["json/n"][time_ns] = number
        return status, json.loads(body)

    def check_reads(self):
        for tag, points in self.stored.items():
            self.assertEqual(samples_of(self.plant, tag), points, f"seed {SEED}: {tag}")
        total = sum(len(points) for tag, points in self.stored.items() if tag.startswith("disk/"))
        if total:
            counted = self.plant.sql("SELECT count(*) FROM samples('disk/**')")
            self.assertEqual(counted["columns"][0]["values"], [total])
            trend = self.plant.get("/api/v1/aggregate", tag="disk/**", buckets=100, fn="count",
                                   **{"from": FIRST_NS // 10**6, "to": FIRST_NS // 10**6 + 10**9})
            self.assertEqual(sum(sum(entry["count"]) for entry in trend["series"]), total)

    def test_readers_go_on_writers_are_told_and_all_resumes(self):
        say(f"seed {SEED}, a disk of {DISK_MEBIBYTES} MiB fills up {FILLINGS} times")
        self.serve()
        self.numbered(0, 0)
        slowest = 0.0
        for filling in range(FILLINGS):
            for _ in range(self.chance.randrange(1, 4)):
                self.assertEqual(self.append(), 204)
            self.disk.fill(leave_bytes=self.chance.choice((0, 0, 4096, 200_000, RESERVE_BYTES - 1)))
            self.on_a_full_disk(filling)
            if filling % 2 == 0:
                self.start_on_a_full_disk(filling)
            self.disk.make_room()
            slowest = max(slowest, self.wait_for_room())
            self.check_reads()
            if filling % 5 == 4:  # a server that died on the full disk starts where it was
                self.plant.kill()
                self.serve()
                self.check_reads()
        say(f"appends were taken and all was well again within {slowest:.2f} s of room coming back; "
            f"{sum(map(len, self.stored.values()))} samples acknowledged, all there")
        self.assertLess(slowest, RESUME_SECONDS)
        self.assertEqual(self.plant.stop(), 0, self.plant.log())
        checked = self.plant.cli("check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_what_ended_well_starts_and_reads_on_a_full_disk(self):
        """A clean stop leaves nothing behind that a start could use without room of its own."""
        self.serve()
        self.numbered(0, 0)
        self.assertEqual(self.append(), 204)
        self.assertEqual(self.plant.stop(), 0, self.plant.log())
        for filling, leave_bytes in enumerate((0, 4096, 16384)):
            self.disk.fill(leave_bytes)
            for verb in (("sql", "SELECT count(*) FROM samples('**')"), ("export",), ("token", "list"), ("check",)):
                done = self.plant.cli(*verb)
                self.assertEqual(done.returncode, 0, f"{leave_bytes} free: {verb}: {done.stdout}{done.stderr}")
            self.serve()
            self.check_reads()
            self.disk.fill()
            self.assertEqual(self.append(), 503)
            status, problem = self.numbered(filling + 1, filling)
            self.assertEqual((status, problem["retryable"]), (507, True), problem)
            self.assertEqual(self.plant.request("GET", "/health")[0], 503)
            self.disk.make_room()
            self.wait_for_room()
            self.check_reads()
            self.assertEqual(self.plant.stop(), 0, self.plant.log())

    def on_a_full_disk(self, filling):
        self.assertEqual(self.append(), 503)
        self.assertEqual(self.append("new"), 503)  # a tag that the catalog does not know either
        status, problem = self.numbered(filling + 1, filling)
        self.assertEqual(status, 507, problem)
        self.assertIn("disk full", problem["detail"])
        status, _, body = self.plant.request("GET", "/health")
        self.assertEqual((status, json.loads(body)["status"]), (503, "fail"))
        self.assertIn(b"bedplate_healthy 0\n", self.plant.request("GET", "/metrics")[2])
        self.check_reads()
        self.maintain()  # which may make room
        self.check_reads()

    def start_on_a_full_disk(self, filling):
        """A server that was killed with nothing left starts and reads; writers are told as before."""
        self.plant.kill()
        self.disk.fill(leave_bytes=0)
        self.serve()
        self.check_reads()
        self.assertEqual(self.append(), 503)
        status, problem = self.numbered(filling + 1, filling)
        self.assertEqual((status, problem["retryable"]), (507, True), problem)
        self.assertEqual(self.plant.request("GET", "/health")[0], 503)
        status, _, body = self.plant.request("POST", "/api/v1/compact")
        self.assertIn(status, (200, 507), body)  # what opening removes may be room enough
        if status == 507:
            self.assertTrue(json.loads(body)["retryable"], body)

    def maintain(self):
        """What an administrator may try; done or refused, and never half."""
        status, _, body = self.plant.request("POST", "/api/v1/compact")
        self.assertIn(status, (200, 507), body)
        start = min(self.stored["disk/a/n"], default=FIRST_NS)
        status, _, body = self.plant.request(
            "DELETE", "/api/v1/samples", tag="disk/a/n", reason="test",
            **{"from": start // 10**6, "to": start // 10**6 + 10})
        self.assertIn(status, (200, 507), body)
        if status == 200:
            deleted = [time_ns for time_ns in self.stored["disk/a/n"] if time_ns < start + 10 * 10**6]
            self.assertEqual(json.loads(body)["deleted"], len(deleted))
            for time_ns in deleted:
                del self.stored["disk/a/n"][time_ns]
        target = self.disk.path / "backups"
        status, _, body = self.plant.request(
            "POST", "/api/v1/backup", body=json.dumps({"target": str(target)}),
            headers={"Content-Type": "application/json"})
        self.assertIn(status, (200, 507), body)
        for backup in (target / "backups").glob("*"):
            for path in sorted(backup.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
        done = self.plant.cli("token", "create", "--role", "viewer")
        self.assertIn(done.returncode, (0, 7), done.stderr)
        if done.returncode == 0:
            self.assertEqual(self.plant.request("GET", "/api/v1/tags", token=done.stdout.strip())[0], 200)

    def wait_for_room(self):
        """Seconds until everything is as it was before the disk was full."""
        started = time.monotonic()
        for is_back in (lambda: self.append() == 204, lambda: self.numbered(0, 0)[0] == 200,
                        lambda: self.plant.request("GET", "/health")[0] == 200):
            while not is_back():
                self.assertLess(time.monotonic() - started, 4 * RESUME_SECONDS,
                                f"{self.plant.request('GET', '/health')}\n{self.plant.log()}")
                time.sleep(0.02)
        return time.monotonic() - started


if __name__ == "__main__":
    unittest.main()

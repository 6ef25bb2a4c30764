"""Bad input at the edge of the process: huge, broken, in the wrong place, and a full disk."""

import gzip
import json
import os
import resource
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from bedplate_process import Plant, run

GIGABYTE = 1 << 30


def resident_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


class OnAServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.plant = Plant().serve()

    @classmethod
    def tearDownClass(cls):
        code = cls.plant.stop()
        log = cls.plant.log()
        cls.plant.close()
        assert code == 0, log

    def test_a_line_of_a_gigabyte_is_refused_without_memory_for_it(self):
        netloc = urlsplit(self.plant.address)
        with socket.create_connection((netloc.hostname, netloc.port), timeout=60) as peer:
            head = (f"POST /write HTTP/1.1\r\nHost: {netloc.netloc}\r\n"
                    f"Authorization: Bearer {self.plant.token}\r\nContent-Length: {GIGABYTE}\r\n\r\n")
            peer.sendall(head.encode())
            chunk, sent = b"x" * (1 << 20), 0
            try:
                while sent < GIGABYTE:
                    peer.sendall(chunk)
                    sent += len(chunk)
            except OSError:
                pass  # the server may hang up once it has answered
            answer = peer.recv(65536)
        self.assertRegex(answer.split(b"\r\n")[0], rb"HTTP/1.1 4(00|13) ")
        self.assertLess(resident_mib(self.plant.process.pid), 400)
        self.assertEqual(self.plant.write("after,k=gigabyte v=1 1600000000000000000")[0], 204)

    def test_a_cut_gzip_keeps_its_whole_lines_and_invents_none(self):
        # Cut anywhere, the last line is half a value, half a time, or both.
        lines = [f"cut power={100_000 + n} {1_700_000_000_000_000_000 + n * 10**9}" for n in range(3000)]
        body = gzip.compress("\n".join(lines).encode(), 6)
        for cut in range(len(body) // 2, len(body) // 2 + 12):
            status, _, answer = self.plant.request(
                "POST", "/write", body=body[:cut], headers={"Content-Encoding": "gzip"})
            self.assertEqual(status, 400, answer)
            self.assertRegex(json.loads(answer)["error"], r"gzip.*\d+ samples")
        stored = self.plant.get("/api/v1/samples", tag="cut/power", time="ns", limit=100_000)
        self.assertGreater(len(stored["times"]), 1000)
        for time_ns, value in zip(stored["times"], stored["values"]):
            self.assertEqual(time_ns, 1_700_000_000_000_000_000 + (value - 100_000) * 10**9)

    def test_what_is_no_gzip_is_said_to_be_none(self):
        status, _, answer = self.plant.request(
            "POST", "/write", body=b"plain v=1", headers={"Content-Encoding": "gzip"})
        self.assertEqual(status, 400, answer)
        self.assertIn(b"gzip", answer.lower())

    def test_good_lines_are_kept_and_each_bad_one_is_named(self):
        lines = ["mix,k=a good=1 1600000000000000000", "no fields here", "mix,k=a nan=NaN 1600000000000000000",
                 "mix,k=a early=1 -5", "mix,k=a late=1 9000000000000000000", "mix,k=b good=2 1600000000000000000"]
        status, _, answer = self.plant.write("\n".join(lines))
        self.assertEqual(status, 400)
        for number in (2, 3, 4, 5):
            self.assertIn(f"{number}", json.loads(answer)["error"])
        self.assertEqual(self.plant.get("/api/v1/samples", tag="mix/b/good")["values"], [2])
        letters = self.plant.get("/api/v1/dead-letters", limit=1000)["letters"]
        places = {letter["place"] for letter in letters if letter["source"] == "line-protocol"}
        self.assertLessEqual({"line 2", "line 3", "line 4", "line 5"}, places, letters)

    def test_invalid_utf8_costs_its_line_only(self):
        status, _, _ = self.plant.request(
            "POST", "/write", body=b"utf,k=a v=1 1600000000000000000\nutf,k=\xff\xfe v=1 1600000000000000000\n")
        self.assertEqual(status, 400)
        self.assertEqual(self.plant.get("/api/v1/samples", tag="utf/a/v")["values"], [1])

    def test_a_type_conflict_names_both_types(self):
        self.assertEqual(self.plant.write("typed v=1 1600000000000000000")[0], 204)
        status, _, answer = self.plant.write('typed v="text" 1600000000000000001')
        self.assertEqual(status, 400)
        self.assertIn(b"double", answer)
        self.assertIn(b"string", answer)

    def test_endless_queries_leave_room_for_writes(self):
        endless = json.dumps({"sql": "SELECT count(*) FROM range(1000000000000)", "timeout_ms": 6000})
        viewer = self.plant.cli("token", "create", "--role", "viewer").stdout.strip()
        readers = [threading.Thread(target=self.plant.request, args=("POST", "/api/v1/sql", endless),
                                    kwargs={"token": viewer}) for _ in range(8)]
        for reader in readers:
            reader.start()
        started = time.monotonic()
        self.assertEqual(self.plant.write("room v=1 1600000000000000000")[0], 204)
        # Had it waited for a query to end, that would have been six seconds.
        self.assertLess(time.monotonic() - started, 5)
        for reader in readers:
            reader.join()

    def test_a_second_server_is_told_who_has_the_directory(self):
        second = run("serve", "--data", self.plant.directory, "--listen", "127.0.0.1:0")
        self.assertEqual(second.returncode, 5, second.stderr)
        self.assertIn(str(self.plant.process.pid), second.stderr)

    def test_off_loopback_needs_tls(self):
        with Plant() as other:
            refused = run("serve", "--data", other.directory, "--listen", "0.0.0.0:0")
            self.assertEqual(refused.returncode, 6, refused.stderr)
            self.assertIn("TLS", refused.stderr)


class OnFewDescriptors(unittest.TestCase):
    """With 300 open files at most, more callers come than the process can hold."""

    LIMIT = 300
    CALLERS = 600

    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 2 * cls.CALLERS:
            raise unittest.SkipTest(f"this machine lets us open {hard} files only")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * cls.CALLERS), hard))
        cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        cls.plant = Plant().serve(open_files=cls.LIMIT)
        cls.addClassCleanup(cls.plant.close)

    def call(self):
        netloc = urlsplit(self.plant.address)
        return socket.create_connection((netloc.hostname, netloc.port), timeout=30)

    def test_strangers_who_say_nothing_stop_no_write(self):
        writer = self.plant.connect()
        headers = {"Authorization": f"Bearer {self.plant.token}"}

        def write(number):
            writer.request("POST", "/write", f"few v={number} {1_600_000_000_000_000_000 + number}", headers)
            answer = writer.getresponse()
            answer.read()
            return answer.status

        self.assertEqual(write(0), 204)
        callers = []
        try:
            for number in range(self.CALLERS):
                callers.append(self.call())
                if number % 100 == 0:
                    self.assertEqual(write(number + 1), 204, self.plant.log())
            self.assertEqual(self.plant.write("few other=1 1600000000000000000")[0], 204, "a new writer")
            self.assertEqual(self.plant.get("/api/v1/samples", tag="few/v")["values"],
                             [0, *range(1, self.CALLERS + 1, 100)])
            self.assertEqual(self.plant.cli("sql", "SELECT 1 AS one").returncode, 0, "the local socket")
        finally:
            for caller in callers:
                caller.close()
            writer.close()
        self.assertNotIn("Too many open files", self.plant.log())


class OnFiles(unittest.TestCase):
    def test_a_directory_instead_of_a_file(self):
        with Plant() as plant:
            for verb, extra in (("apply", []), ("import", ["--map", plant.directory.parent])):
                done = plant.cli(verb, *extra, plant.directory.parent)
                self.assertEqual(done.returncode, 3, (verb, done.stderr))
                self.assertIn("directory", done.stderr)

    def test_a_directory_that_is_none_of_ours(self):
        with tempfile.TemporaryDirectory() as foreign:
            Path(foreign, "letter.txt").write_text("mine")
            self.assertEqual(run("init", foreign).returncode, 5)
            self.assertEqual(run("check", "--data", foreign).returncode, 4)
            self.assertEqual(os.listdir(foreign), ["letter.txt"])


@unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
class OnAFullDisk(unittest.TestCase):
    def setUp(self):
        self.mount = tempfile.mkdtemp(prefix="bedplate-disk-")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", self.mount],
                                 capture_output=True, check=False)
        if mounted.returncode:
            os.rmdir(self.mount)
            self.skipTest("this machine does not let us mount a small disk")

    def tearDown(self):
        subprocess.run(["umount", "-l", self.mount], check=True)
        os.rmdir(self.mount)

    def test_it_says_so_keeps_what_it_has_and_goes_on_when_there_is_room(self):
        with Plant(self.mount) as plant:
            plant.serve()
            filler = Path(self.mount, "filler")
            acknowledged = 0
            self.assertEqual(plant.write("disk v=0i 1600000000000000000")[0], 204)
            acknowledged += 1
            filler.write_bytes(b"x" * self.free_bytes(reserve=1 << 20))
            status, _, answer = plant.write("disk v=1i 1600000000000000001")
            # InfluxDB's clients try again after 503, and give up after what they do not know.
            self.assertEqual(status, 503, answer)
            self.assertIn(b"disk full", answer)
            self.assertEqual(plant.get("/api/v1/samples", tag="disk/v")["values"], [0])
            filler.unlink()
            self.assertEqual(plant.write("disk v=2i 1600000000000000002")[0], 204)
            self.assertEqual(plant.get("/api/v1/samples", tag="disk/v")["values"], [0, 2])
            plant.kill()
            checked = plant.cli("check")
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def free_bytes(self, reserve):
        stat = os.statvfs(self.mount)
        return max(0, stat.f_bavail * stat.f_frsize - reserve)


if __name__ == "__main__":
    unittest.main()

"""What an administrator does with a plant's data: backups, deletions, merges, repairs, figures."""

import json
import shutil
import time
import unittest

from bedplate_process import Plant, run

LINES = "".join(f"line,machine=a value={i} {(1_600_000_000 + i) * 1_000_000_000}\n" for i in range(500))


def samples_of(plant, tag="line/a/value"):
    return plant.get("/api/v1/samples", tag=tag)["values"]


def tag_of(plant):
    """The path that the lines above have become."""
    return plant.get("/api/v1/tags")["tags"][0]["path"]


def with_a_damaged_segment(plant):
    """Stores LINES and changes a byte of their segment; returns their tag and the segment's path."""
    plant.serve()
    plant.write(LINES)
    tag = tag_of(plant)
    plant.cli("compact")
    plant.stop()
    segment = next((plant.directory / "historian/segments").iterdir())
    content = bytearray(segment.read_bytes())
    content[40] ^= 1
    segment.write_bytes(content)
    return tag, segment


class Operations(unittest.TestCase):
    def test_a_backup_of_a_running_server_is_restored(self):
        with Plant() as plant:
            plant.serve()
            self.assertEqual(plant.write(LINES)[0], 204)
            tag = tag_of(plant)
            target = plant.directory.parent / "backups"
            first = plant.cli("backup", target)
            self.assertEqual(first.returncode, 0, first.stderr)
            # Nothing new: no segment is copied again.
            segments = {path: path.stat().st_mtime_ns for path in (target / "segments").iterdir()}
            self.assertTrue(segments)
            second = plant.cli("backup", target)
            self.assertEqual(second.returncode, 0, second.stderr)
            self.assertEqual(
                {path: path.stat().st_mtime_ns for path in (target / "segments").iterdir()}, segments)
            expected = samples_of(plant, tag)
            plant.stop()
            shutil.rmtree(plant.directory)
            restored = run("restore", target, plant.directory)
            self.assertEqual(restored.returncode, 0, restored.stderr)
            again = run("restore", target, plant.directory)
            self.assertEqual(again.returncode, 5, again.stderr)
            self.assertIn("every checksum holds", plant.cli("check").stdout)
            plant.serve()
            self.assertEqual(samples_of(plant, tag), expected)
            self.assertIn("backup", str(plant.get("/api/v1/audit")))

    def test_a_server_is_found_without_its_note(self):
        """A disk without room takes no owner.json."""
        with Plant() as plant:
            plant.serve()
            (plant.directory / "owner.json").unlink()
            asked = plant.cli("sql", "SELECT 1")
            self.assertEqual(asked.returncode, 0, asked.stderr)

    def test_a_damaged_backup_is_not_restored(self):
        with Plant() as plant:
            plant.serve()
            plant.write(LINES)
            target = plant.directory.parent / "backups"
            self.assertEqual(plant.cli("backup", target).returncode, 0)
            segment = next((target / "segments").iterdir())
            content = bytearray(segment.read_bytes())
            content[40] ^= 1
            segment.write_bytes(content)
            checked = run("check", "--data", target)
            self.assertEqual(checked.returncode, 8, checked.stdout + checked.stderr)
            self.assertIn(segment.name, checked.stdout)
            self.assertRegex(checked.stdout, r"backup \S+ needs it")
            elsewhere = plant.directory.parent / "elsewhere"
            restored = run("restore", target, elsewhere)
            self.assertEqual(restored.returncode, 1)
            self.assertIn(segment.name, restored.stderr)
            self.assertIn("restore --repair", restored.stderr)
            self.assertFalse(elsewhere.exists())
            repaired = run("restore", "--repair", target, elsewhere)
            self.assertEqual(repaired.returncode, 8, repaired.stderr)
            self.assertIn("500 samples of " + tag_of(plant), repaired.stdout)
            self.assertIn("every checksum holds", run("check", "--data", elsewhere).stdout)
            # The data directory still has it.
            again = plant.cli("backup", target)
            self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
            self.assertIn("note: ", again.stdout)
            checked = run("check", "--data", target)
            self.assertEqual(checked.returncode, 0, checked.stdout)
            self.assertIn("2 backups", checked.stdout)
            self.assertIn("every checksum holds", checked.stdout)

    def test_a_backup_of_damaged_data_says_so(self):
        with Plant() as plant:
            tag, _ = with_a_damaged_segment(plant)
            target = plant.directory.parent / "backups"
            made = plant.cli("backup", target)
            self.assertEqual(made.returncode, 8, made.stdout + made.stderr)
            self.assertIn("500 samples of " + tag, made.stdout)
            self.assertEqual(run("check", "--data", target).returncode, 8)
            elsewhere = plant.directory.parent / "elsewhere"
            restored = run("restore", target, elsewhere)
            self.assertEqual(restored.returncode, 8, restored.stderr)
            self.assertIn("500 samples of " + tag, restored.stdout)
            plant.serve()
            status, _, body = plant.request("POST", "/api/v1/backup",
                                            body=json.dumps({"target": str(target)}),
                                            headers={"Content-Type": "application/json"})
            self.assertEqual(status, 200, body)
            self.assertIn("500 samples of " + tag, str(json.loads(body)["problems"]))

    def test_a_part_of_a_tag_is_deleted_with_an_entry_in_the_audit(self):
        with Plant() as plant:
            plant.serve()
            plant.write(LINES)
            tag = tag_of(plant)
            deleted = plant.cli("delete", tag, "--from", "2020-09-13T12:26:40Z", "--to",
                                "2020-09-13T12:28:20Z", "--reason", "sensor swapped")
            self.assertEqual(deleted.returncode, 0, deleted.stderr)
            self.assertEqual(deleted.stdout, "100 samples deleted\n")
            self.assertEqual(samples_of(plant, tag), list(range(100, 500)))
            self.assertIn("sensor swapped", str(plant.get("/api/v1/audit")))
            compacted = plant.cli("compact")
            self.assertEqual(compacted.returncode, 0, compacted.stderr)
            self.assertRegex(compacted.stdout, r"^1 segments, [\d,]+ bytes$")
            self.assertEqual(samples_of(plant, tag), list(range(100, 500)))
            viewer = plant.cli("token", "create", "--role", "engineer").stdout.strip()
            status, _, _ = plant.request("DELETE", "/api/v1/samples", token=viewer, tag=tag,
                                         **{"from": "2020-01-01", "to": "2021-01-01"}, reason="no")
            self.assertEqual(status, 403)

    def test_what_is_too_old_goes_and_the_rest_stays(self):
        with Plant() as plant:
            now = time.time_ns()
            plant.serve()
            plant.write(LINES + f"line,machine=b value=1 {now}\n")
            self.assertEqual(len(plant.get("/api/v1/tags")["tags"]), 2)
            plant.stop()
            plant.serve("--keep", "**/a/*=10000d", "--keep", "**=30d")
            time.sleep(1)
            self.assertEqual(plant.sql("SELECT count(*) FROM samples('**')")["columns"][0]["values"], [501])
            plant.stop()
            plant.serve("--keep", "**=30d")
            deadline = time.monotonic() + 30
            left = None
            while left != [1] and time.monotonic() < deadline:
                left = plant.sql("SELECT count(*) FROM samples('**')")["columns"][0]["values"]
            self.assertEqual(left, [1])
            plant.stop()
            refused = plant.cli("serve", "--keep", "**=1h")
            self.assertEqual(refused.returncode, 3, refused.stderr)

    def test_a_check_changes_nothing(self):
        with Plant() as plant:
            plant.serve()
            plant.write(LINES)
            plant.kill()
            newest = max((plant.directory / "historian/wal").glob("*.wal"))
            content = bytearray(newest.read_bytes())
            content[-1] ^= 1
            newest.write_bytes(content)
            before = {path: (path.read_bytes(), path.stat().st_mtime_ns)
                      for path in plant.directory.rglob("*") if path.is_file()}
            checked = plant.cli("check")
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
            self.assertIn("the last group is incomplete", checked.stdout)
            after = {path: (path.read_bytes(), path.stat().st_mtime_ns)
                     for path in plant.directory.rglob("*") if path.is_file()}
            self.assertEqual(after, before)
            plant.serve()
            self.assertIn("the last group is incomplete", plant.log())
            self.assertTrue(list((plant.directory / "historian/wal/torn").iterdir()))

    def test_a_damaged_segment_is_named_and_left_out_by_a_repair(self):
        with Plant() as plant:
            tag, segment = with_a_damaged_segment(plant)
            asked = plant.cli("sql", f"SELECT sum(value) FROM samples('{tag}')")
            self.assertNotEqual(asked.returncode, 0)
            self.assertIn(segment.name, asked.stderr)
            self.assertIn("at byte", asked.stderr)
            repaired = plant.cli("check", "--repair")
            self.assertEqual(repaired.returncode, 8, repaired.stderr)
            self.assertIn("500 samples of " + tag, repaired.stdout)
            self.assertIn("1 finding, each with what it cost", repaired.stdout)
            kept = plant.directory / "historian/quarantine"
            self.assertEqual(len(list(kept.glob("*/" + segment.name))), 1)
            self.assertIn("every checksum holds", plant.cli("check").stdout)
            again = plant.cli("check", "--repair")
            self.assertEqual((again.returncode, again.stdout), (0, "nothing was damaged\n"))

    def test_metrics_are_open_metrics(self):
        with Plant() as plant:
            plant.serve()
            plant.write(LINES)
            status, headers, body = plant.request("GET", "/metrics")
            self.assertEqual(status, 200)
            self.assertIn("application/openmetrics-text", headers["Content-Type"])
            text = body.decode()
            self.assertTrue(text.endswith("# EOF\n"))
            figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
            self.assertEqual(figures["bedplate_samples"], "500")
            self.assertEqual(figures["bedplate_appended_samples_total"], "500")
            self.assertEqual(figures["bedplate_log_write_seconds_count"],
                             figures['bedplate_log_write_seconds_bucket{le="+Inf"}'])
            self.assertEqual(figures["bedplate_healthy"], "1")
            self.assertNotEqual(figures["bedplate_http_queue_limit"], "0")
            self.assertIn('bedplate_http_answers_total{operation="writeV1",status="204"}', figures)
            label = r'[a-z_]+="[^"]*"'
            sample = r"[a-z_]+(\{%s(,%s)*\})? [0-9.e+-]+" % (label, label)
            for line in text.splitlines():
                self.assertRegex(line, r"^(# (TYPE|UNIT|HELP) \S+ .+|# EOF|%s)$" % sample)
            self.assertEqual(plant.request("GET", "/metrics", token="wrong")[0], 401)


if __name__ == "__main__":
    unittest.main()

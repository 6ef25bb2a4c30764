"""What the program says when files of a data directory are gone or damaged: never that all is well."""

import os
import shutil
import tempfile
import unittest

from bedplate_process import Plant, run


def flip(directory, pattern):
    """Changes a byte, of the version, in the first file that matches."""
    path = sorted(directory.glob(pattern))[0]
    content = bytearray(path.read_bytes())
    content[8] ^= 1
    path.write_bytes(content)


class OnADamagedDirectory(unittest.TestCase):
    def expect_a_named_problem(self, damage, name):
        with Plant() as plant:
            plant.serve()
            self.assertEqual(plant.write("pump,site=a flow=1 1000000000")[0], 204)
            self.assertEqual(plant.stop(), 0)
            damage(plant.directory)
            checked = plant.cli("check")
            self.assertEqual(checked.returncode, 8, checked.stdout + checked.stderr)
            self.assertIn(name, checked.stdout)
            self.assertNotIn("every checksum holds", checked.stdout)
            served = run("serve", "--data", plant.directory, "--listen", "127.0.0.1:0")
            self.assertEqual(served.returncode, 1, served.stderr)
            self.assertIn(name, served.stderr)
            self.assertIn("serve --repair", served.stderr)

    def test_the_catalog_is_gone(self):
        def remove(directory):
            for path in directory.glob("catalog.sqlite*"):
                path.unlink()
        self.expect_a_named_problem(remove, "catalog.sqlite")

    def test_the_catalog_is_empty(self):
        def empty(directory):
            (directory / "catalog.sqlite").write_bytes(b"")
        self.expect_a_named_problem(empty, "catalog.sqlite")

    def test_the_catalog_is_cut_off(self):
        def cut(directory):
            path = directory / "catalog.sqlite"
            path.write_bytes(path.read_bytes()[:5000])
        self.expect_a_named_problem(cut, "catalog.sqlite")

    def test_the_historian_is_gone(self):
        self.expect_a_named_problem(lambda directory: shutil.rmtree(directory / "historian"), "historian")

    def test_the_format_file_is_gone(self):
        self.expect_a_named_problem(lambda directory: (directory / "bedplate.json").unlink(), "bedplate.json")

    def test_the_format_file_is_damaged(self):
        def change(directory):
            path = directory / "bedplate.json"
            path.write_text("*" + path.read_text()[1:])
        self.expect_a_named_problem(change, "bedplate.json")

    def test_a_byte_of_the_log_is_another(self):
        self.expect_a_named_problem(lambda directory: flip(directory, "historian/wal/*.wal"), ".wal")

    def test_a_byte_of_a_manifest_costs_nothing(self):
        with Plant() as plant:
            flip(plant.directory, "historian/MANIFEST")
            checked = plant.cli("check")
            self.assertEqual(checked.returncode, 8, checked.stdout + checked.stderr)
            self.assertIn("MANIFEST", checked.stdout)
            plant.serve()
            self.assertIn("MANIFEST", plant.log())
            self.assertEqual(plant.stop(), 0)
            self.assertEqual(plant.cli("check").returncode, 0)


class ServedAllTheSame(unittest.TestCase):
    """`serve --repair`: what the damage leaves is there, and what it took is said."""

    def write_and_stop(self, plant):
        plant.serve()
        for second in range(1, 4):
            status, _, body = plant.write(f"pump,site=a flow={second}.5 {second}000000000")
            self.assertEqual(status, 204, body)
        self.assertEqual(plant.stop(), 0)

    def test_an_unusable_catalog(self):
        for damage in (lambda path: path.unlink(), lambda path: path.write_bytes(b""),
                       lambda path: path.write_text("no database" * 999)):
            with Plant() as plant:
                self.write_and_stop(plant)
                damage(plant.directory / "catalog.sqlite")
                checked = plant.cli("check")
                self.assertEqual(checked.returncode, 8, checked.stdout + checked.stderr)
                self.assertIn(" 3 samples", checked.stdout)
                plant.serve("--repair")
                self.assertIn("all tokens", plant.log())
                earlier = plant.token
                plant.token = (plant.directory / "admin.token").read_text().strip()
                self.assertEqual(plant.request("GET", "/api/v1/tags", token=earlier)[0], 401)
                found = plant.sql("SELECT tag, count(*) FROM samples('**') GROUP BY tag")
                self.assertEqual([column["values"] for column in found["columns"]], [["pump/a/flow"], [3]])
                self.assertEqual(plant.stop(), 0)
                self.assertEqual(plant.cli("check").returncode, 0)

    def test_a_damaged_log(self):
        with Plant() as plant:
            self.write_and_stop(plant)
            flip(plant.directory, "historian/wal/*.wal")
            refused = run("serve", "--data", plant.directory, "--listen", "127.0.0.1:0")
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn("serve --repair", refused.stderr)
            plant.serve("--repair")
            self.assertIn(".wal", plant.log())
            found = plant.sql("SELECT count(*) FROM samples('**')")
            self.assertEqual(found["columns"][0]["values"], [3])
            self.assertEqual(plant.stop(), 0)
            self.assertEqual(plant.cli("check").returncode, 0)


class UnderARunningServer(unittest.TestCase):
    """What is done to the catalog while it is open is seen by those who ask, and told how it ends."""

    def expect_unhealthy(self, plant, text):
        status, _, body = plant.request("GET", "/health")
        self.assertEqual(status, 503, body)
        self.assertIn(text, body.decode())

    def test_the_log_of_the_catalog_is_cut_off(self):
        with Plant() as plant:
            plant.serve()
            plant.write("\n".join(f"pump,site=a{number} flow=1 1000000000" for number in range(500)))
            self.assertEqual(plant.request("GET", "/health")[0], 200)
            os.truncate(plant.directory / "catalog.sqlite-wal", 0)
            self.assertEqual(plant.request("GET", "/api/v1/plant")[0], 500)
            for _ in range(3):
                self.expect_unhealthy(plant, "disk I/O error")

    def test_the_catalog_is_removed_and_a_backup_has_it_whole(self):
        with Plant() as plant, tempfile.TemporaryDirectory() as other:
            plant.serve()
            plant.write("pump,site=a flow=1 1000000000")
            (plant.directory / "catalog.sqlite").unlink()
            self.expect_unhealthy(plant, "removed")
            checked = plant.cli("check")
            self.assertEqual(checked.returncode, 8, checked.stdout + checked.stderr)
            self.assertIn("catalog.sqlite was removed", checked.stdout)
            made = plant.cli("backup", other + "/backups")
            self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
            restored = run("restore", other + "/backups", other + "/data")
            self.assertEqual(restored.returncode, 0, restored.stdout + restored.stderr)
            listed = run("token", "--data", other + "/data", "list")
            self.assertEqual(listed.returncode, 0, listed.stderr)
            self.assertIn("admin", listed.stdout)

    def test_the_catalog_is_replaced(self):
        with Plant() as plant, Plant() as other:
            plant.serve()
            os.replace(other.directory / "catalog.sqlite", plant.directory / "catalog.sqlite")
            self.expect_unhealthy(plant, "replaced")
            checked = plant.cli("check")
            self.assertEqual(checked.returncode, 8, checked.stdout + checked.stderr)


if __name__ == "__main__":
    unittest.main()

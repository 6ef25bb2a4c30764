"""What the program says when files of a data directory are gone or damaged: never that all is well."""

import shutil
import unittest

from bedplate_process import Plant, run


class OnADamagedDirectory(unittest.TestCase):
    def expect_a_named_problem(self, damage, name):
        with Plant() as plant:
            damage(plant.directory)
            checked = plant.cli("check")
            self.assertEqual(checked.returncode, 8, checked.stdout + checked.stderr)
            self.assertIn(name, checked.stdout)
            self.assertNotIn("every checksum holds", checked.stdout)
            served = run("serve", "--data", plant.directory, "--listen", "127.0.0.1:0")
            self.assertEqual(served.returncode, 1, served.stderr)
            self.assertIn(name, served.stderr)

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

    def test_a_byte_is_another(self):
        for pattern in ("historian/MANIFEST", "historian/wal/*.wal"):
            def flip(directory, pattern=pattern):
                path = next(directory.glob(pattern))
                content = bytearray(path.read_bytes())
                content[8] ^= 1  # of the version
                path.write_bytes(content)
            self.expect_a_named_problem(flip, pattern.rpartition("/")[2].lstrip("*"))


if __name__ == "__main__":
    unittest.main()

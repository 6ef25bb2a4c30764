"""The real year of a steel plant, the whole way: file, tags, SQL, initiative."""

import json
import unittest

from bedplate_process import SOURCE, Plant, real_data

EXAMPLE = SOURCE / "examples" / "steel-mill"
READINGS = 35_040


class SteelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.file = real_data("steel_energy", "Steel_industry_data.csv")
        cls.plant = Plant()
        cls.addClassCleanup(cls.plant.close)
        applied = cls.plant.cli("apply", EXAMPLE / "plant.yaml", EXAMPLE / "initiative.yaml")
        assert applied.returncode == 0, applied.stderr
        imported = cls.plant.cli("import", "--map", EXAMPLE / "import.yaml", cls.file)
        assert imported.returncode == 0, imported.stdout + imported.stderr

    def query(self, sql):
        done = self.plant.cli("sql", sql, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [column["values"] for column in json.loads(done.stdout)["columns"]]

    def test_every_numeric_column_has_every_reading(self):
        counts = self.query("SELECT path, samples, type FROM tags WHERE samples > 0 ORDER BY path")
        numeric = [n for n, kind in zip(counts[1], counts[2]) if kind != "string"]
        self.assertGreaterEqual(len(numeric), 6)
        self.assertEqual(set(numeric), {READINGS})

    def test_the_year_sums_to_the_cent(self):
        total = self.query("SELECT round(sum(value), 2) FROM samples('**/energy')")
        self.assertEqual(total, [[959636.71]])

    def test_times_run_without_gap_or_fold(self):
        steps = self.query(
            "SELECT min(d), max(d), count(*) FROM (SELECT ts_ns - lag(ts_ns) OVER (ORDER BY ts_ns) AS d "
            "FROM samples('**/energy')) WHERE d IS NOT NULL")
        self.assertEqual(steps, [[900 * 10**9], [900 * 10**9], [READINGS - 1]])

    def test_load_type_is_a_string_tag(self):
        kinds = self.query("SELECT DISTINCT text FROM samples('**/load_type') ORDER BY text")
        self.assertEqual(kinds, [["Light_Load", "Maximum_Load", "Medium_Load"]])

    def test_imported_twice_nothing_is_stored_twice(self):
        again = self.plant.cli("import", "--map", EXAMPLE / "import.yaml", self.file)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("0 samples stored", again.stdout + again.stderr)
        self.test_every_numeric_column_has_every_reading()

    def test_the_initiative_has_a_verdict_or_says_why_not(self):
        names = json.loads(self.plant.cli("value", "list", "--format", "json").stdout)["initiatives"]
        self.assertTrue(names)
        shown = self.plant.cli("value", "show", names[0]["name"], "--format", "json")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        initiative = json.loads(shown.stdout)
        self.assertAlmostEqual(initiative["coverage"]["baseline"], 1.0, places=3)
        if initiative["verdict"] == "no-verdict":
            self.assertTrue([f for f in initiative["findings"] if f["severity"] == "disqualifies"])
        else:
            self.assertLess(initiative["effect"]["low"], initiative["effect"]["high"])


if __name__ == "__main__":
    unittest.main()

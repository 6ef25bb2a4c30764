"""The examples of the documents, taken out of them and given to the program as they stand."""

import re
import tempfile
import unittest
from pathlib import Path

from bedplate_process import SOURCE, Plant

PLANT = "format: bedplate/plant/1"
IMPORT = "format: bedplate/import/1"

# A file for each import map of import-map.md, in its order.
WIDE = "date,Usage_kWh,CO2(tCO2),Load_Type\n01/01/2018 00:15,3.17,0,Light_Load\n"
GERMAN = (
    "Werk 1\nPresse\nZeit;Druck;Bemerkung;Status\n"
    "31.12.2025 06:00:00;1.234,5;Größe;läuft\n").encode("latin1")
LONG = "1514764800000\tline-1/power\t12.5\t192\tkW\n"


def examples(document, first_line):
    """The fenced YAML blocks of a document that begin with a line."""
    text = (SOURCE / document).read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for block in blocks if block.startswith(first_line + "\n")]


class DocumentsTest(unittest.TestCase):
    def setUp(self):
        self.plant = Plant()
        self.addCleanup(self.plant.close)
        folder = tempfile.TemporaryDirectory(prefix="bedplate-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def succeeds(self, verb, *arguments):
        done = self.plant.cli(verb, *arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def apply(self, example):
        self.succeeds("apply", self.file("plant.yaml", example))

    def imports(self, example, csv):
        map_file = self.file("map.yaml", example)
        return self.succeeds("import", "--map", map_file, self.file("data.csv", csv))

    def test_the_plant_and_the_initiative_of_the_format_pages_apply(self):
        [plant] = examples("docs/formats/plant.md", PLANT)
        [initiative] = examples("docs/formats/initiative.md", PLANT)
        self.apply(plant)
        self.succeeds("value", "show", "compressor-leak-hunt")
        self.apply(initiative)
        self.succeeds("value", "show", "filler-idle-control")

    def test_every_import_map_of_the_format_page_reads_a_file_of_its_kind(self):
        maps = examples("docs/formats/import-map.md", IMPORT)
        for example, csv, stored in zip(maps, (WIDE, GERMAN, LONG), (3, 2, 1), strict=True):
            self.assertRegex(self.imports(example, csv), rf"\b{stored} samples? stored")

    def test_the_files_of_the_readme_go_together(self):
        plant, initiative = examples("README.md", PLANT)
        [import_map] = examples("README.md", IMPORT)
        self.apply(plant)
        self.apply(initiative)
        csv = "Time;kWh;Tonnes\n31/01/2025 14:00;812.5;4.1\n"
        self.assertIn("2 samples stored", self.imports(import_map, csv))
        self.succeeds("value", "show", "idle-control")

    def test_the_hint_after_refused_cells_works_when_pasted(self):
        [import_map] = examples("README.md", IMPORT)
        map_file = self.file("map.yaml", import_map)
        csv = self.file("data.csv", "Time;kWh;Tonnes\n31/01/2025 14:00;many;4.1\n")
        done = self.plant.cli("import", "--map", map_file, csv)
        self.assertEqual(done.returncode, 8, done.stderr)
        self.assertIn(f"bedplate sql --data {self.plant.directory} ", done.stderr)


if __name__ == "__main__":
    unittest.main()

"""Every verb, with and without a server on the directory: output, exit code, and what is said of
bad input."""

import csv
import io
import json
import os
import pty
import resource
import shlex
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from bedplate_process import BINARY, Plant, run

PLANT = """\
format: bedplate/plant/1
templates:
  filler:
    description: Rotary filler
    tags:
      temperature: {type: double, unit: degC, limits: {low: 2, high: 8}}
assets:
  acme:
    level: enterprise
    assets:
      leeds:
        level: site
        time_zone: Europe/London
        assets:
          packing:
            level: area
            assets:
              line-{1..4}:
                level: line
                assets:
                  filler: {level: equipment, template: filler}
"""

MAP = """\
format: bedplate/import/1
csv: {delimiter: ";", decimal: ","}
time: {column: when, format: "%d.%m.%Y %H:%M", zone: Europe/Berlin}
wide:
  columns:
    temp: {tag: acme/leeds/packing/line-1/filler/temperature, unit: degF, type: double}
"""

CSV = """\
when;temp
25.03.2018 01:59;50
25.03.2018 02:30;51
25.03.2018 03:00;59,0
25.03.2018 03:01;warm
"""

INITIATIVE = """\
format: bedplate/plant/1
initiatives:
  NAME:
    title: Colder filling
    scope: acme/leeds
    kpi: {tag: acme/leeds/packing/line-1/filler/temperature, direction: decrease, unit: degC}
    unit_value: {amount: 0.2, currency: EUR, per: degC}
    granularity: 1d
    baseline: {from: 2018-01-01, to: 2018-04-01}
    reporting: {from: 2018-04-01, to: 2018-07-01}
    discount_rate: 0.08
    horizon_years: 5
"""

TEMPERATURE = "acme/leeds/packing/line-1/filler/temperature"


class Verbs:
    """The same laws, whether or not a server runs."""

    with_server = False

    def setUp(self):
        self.plant = Plant()
        if self.with_server:
            self.plant.serve()
        self.addCleanup(self.plant.close)
        self.folder = self.plant.directory.parent

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def ok(self, verb, *arguments):
        done = self.plant.cli(verb, *arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def test_apply_says_what_changed_and_is_idempotent(self):
        plant = self.file("plant.yaml", PLANT)
        dry = self.ok("apply", "--dry-run", plant)
        self.assertIn(f"+ tag {TEMPERATURE}", dry.stdout)
        first = self.ok("apply", plant)
        self.assertEqual(first.stdout, dry.stdout)
        again = self.ok("apply", plant)
        self.assertEqual((again.stdout, again.stderr.strip()), ("", "nothing changed"))
        exported = self.file("exported.yaml", self.ok("export").stdout)
        self.assertEqual(self.ok("apply", exported).stdout, "")
        changed = self.ok("apply", self.file("plant2.yaml", PLANT.replace("high: 8", "high: 9")))
        self.assertIn(f"~ tag {TEMPERATURE}", changed.stdout)

    def test_apply_names_file_line_key_and_what_was_expected(self):
        bad = self.file("bad.yaml", PLANT.replace("unit: degC", "unit: fortnigths"))
        done = self.plant.cli("apply", bad)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"bad\.yaml:6:\d+: .*unit.*expected .*fortnigths")
        self.assertEqual(json.loads(self.ok("sql", "SELECT count(*) AS n FROM assets", "--format", "json").stdout)
                         ["columns"][0]["values"], [0])

    def test_import_converts_keeps_the_good_and_is_idempotent(self):
        self.ok("apply", self.file("plant.yaml", PLANT))
        source, mapping = self.file("berlin.csv", CSV), self.file("map.yaml", MAP)
        done = self.plant.cli("import", "--map", mapping, source)
        self.assertEqual(done.returncode, 8, done.stdout + done.stderr)
        query = f"SELECT ts_ns, value FROM samples('{TEMPERATURE}') ORDER BY ts_ns"
        columns = json.loads(self.ok("sql", query, "--format", "json").stdout)["columns"]
        # 01:59 CET is 00:59 UTC; 03:00 CEST is 01:00 UTC; 02:30 does not exist on that day.
        self.assertEqual([t // 10**9 for t in columns[0]["values"]], [1521939540, 1521939600])
        self.assertAlmostEqual(columns[1]["values"][0], 10.0, places=9)
        self.assertAlmostEqual(columns[1]["values"][1], 15.0, places=9)
        again = self.plant.cli("import", "--map", mapping, source)
        self.assertIn("2 already there", again.stdout + again.stderr)
        letters = json.loads(self.ok("sql", "SELECT count(*) AS n FROM dead_letters", "--format", "json").stdout)
        self.assertEqual(letters["columns"][0]["values"], [2])

    def test_import_names_tags_that_no_plant_file_declares_and_goes_on(self):
        self.ok("apply", self.file("plant.yaml", PLANT))
        source = self.file("berlin.csv", CSV.replace("02:30", "01:30").replace("warm", "60"))
        mapping = self.file("map.yaml", MAP.replace("filler/temperature", "filler/temperatur"))
        done = self.ok("import", "--map", mapping, source)
        self.assertIn("4 rows: 4 samples stored", done.stdout)
        self.assertIn("new tag, not in the plant file: acme/leeds/packing/line-1/filler/temperatur "
                      f"(did you mean {TEMPERATURE}?)", done.stdout)
        again = self.ok("import", "--map", mapping, source)
        self.assertNotIn("new tag", again.stdout)

    def test_the_unit_of_a_tag_with_samples_is_not_changed_by_the_way(self):
        self.ok("apply", self.file("plant.yaml", PLANT))
        self.plant.cli("import", "--map", self.file("map.yaml", MAP), self.file("berlin.csv", CSV))
        kelvin = self.file("kelvin.yaml", PLANT.replace("unit: degC", "unit: K"))
        done = self.plant.cli("apply", kelvin)
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn(f"tag {TEMPERATURE} is declared with K but has samples in degC", done.stderr)
        self.assertIn("--relabel-units", done.stderr)
        self.assertIn("relabelled", self.ok("apply", "--relabel-units", kelvin).stdout)
        if self.with_server:
            entries = self.plant.get("/api/v1/audit", limit=5)["entries"]
            self.assertIn(("plant.relabel-units", f"{TEMPERATURE}: degC -> K"),
                          [(entry["action"], entry["detail"]) for entry in entries])

    def test_import_says_first_and_loudly_what_it_replaces(self):
        self.ok("apply", self.file("plant.yaml", PLANT))
        mapping = self.file("map.yaml", MAP)
        good = CSV.replace("02:30", "01:30").replace("warm", "60")
        self.ok("import", "--map", mapping, self.file("berlin.csv", good))
        wrong = self.file("wrong.csv", good.replace(";50", ";5000").replace(";60", ";6000"))
        dry = self.plant.cli("import", "--dry-run", "--map", mapping, wrong)
        self.assertEqual(dry.returncode, 9, dry.stderr)
        self.assertIn("0 samples would be stored, 2 already there, 2 would replace an earlier value", dry.stdout)
        row = next(line for line in dry.stdout.splitlines() if line.startswith(TEMPERATURE))
        self.assertEqual(row.split()[1:5], ["0", "2", "2", "0"])
        self.assertEqual(row.split()[-1], "degC")
        self.assertIn("warning: 2 samples would replace an earlier value", dry.stderr)
        again = self.ok("import", "--map", mapping, self.file("berlin.csv", good))
        self.assertIn("4 already there", again.stdout)
        done = self.plant.cli("import", "--map", mapping, wrong)
        self.assertEqual(done.returncode, 9)
        self.assertIn("warning: 2 samples replaced an earlier value", done.stderr)
        if self.with_server:
            [entry] = self.plant.get("/api/v1/audit", limit=1)["entries"]
            self.assertEqual(entry["action"], "import")
            self.assertEqual(entry["detail"], f"{wrong} through {mapping}: rows 4, stored 0, already there 2, "
                                              "replaced 2, refused 0")

    def test_import_refuses_a_unit_that_does_not_convert_before_the_first_row(self):
        self.ok("apply", self.file("plant.yaml", PLANT.replace("unit: degC", "unit: tCO2")))
        mapping = self.file("map.yaml", MAP.replace("unit: degF", "unit: kg"))
        done = self.plant.cli("import", "--map", mapping, self.file("berlin.csv", CSV))
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertRegex(done.stderr, r"map\.yaml:6:\d+: wide\.columns\.temp\.unit: expected a unit that converts "
                                      r"to tCO2, which \S+ has in the plant, got 'kg' \(did you mean 'kgCO2'\?\)")
        letters = json.loads(self.ok("sql", "SELECT count(*) AS n FROM dead_letters", "--format", "json").stdout)
        self.assertEqual(letters["columns"][0]["values"], [0])

    def test_several_files_are_one_declaration_and_removed_initiatives_are_told(self):
        plant = self.file("plant.yaml", PLANT)
        one, two = (self.file(f"{name}.yaml", INITIATIVE.replace("NAME", name)) for name in ("one", "two"))
        self.ok("apply", plant, one, two)
        self.assertEqual(self.ok("apply", plant, one, two).stdout, "")
        done = self.ok("apply", one)
        self.assertIn("- initiative two", done.stdout)
        self.assertIn("1 initiative was removed, because no file names it", done.stderr)
        self.assertIn("apply plant.yaml a.yaml b.yaml", done.stderr)

    def test_data_may_stand_behind_the_second_verb(self):
        for arguments in (("value", "list"), ("token", "list"), ("token", "create", "--role", "viewer")):
            done = run(*arguments, "--data", self.plant.directory)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_pipe_is_refused_instead_of_waited_for(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        mapping = self.file("map.yaml", MAP)
        for arguments in (("apply", pipe), ("import", "--map", mapping, pipe), ("import", "--map", pipe, mapping)):
            done = self.plant.cli(*arguments, timeout=20)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("expected a regular file", done.stderr)

    def test_a_terminal_gets_no_control_characters_and_no_turned_text(self):
        name = "pu\u202emp"
        self.ok("apply", self.file("plant.yaml", f"format: bedplate/plant/1\nassets: {{{name}: {{level: site}}}}\n"))
        leader, follower = pty.openpty()
        done = subprocess.run([BINARY, "export", "--data", self.plant.directory], stdin=subprocess.DEVNULL,
                              stdout=follower, timeout=60, check=False)
        os.close(follower)
        shown = os.read(leader, 65536).decode()
        os.close(leader)
        self.assertEqual(done.returncode, 0)
        self.assertIn("pu\\u202emp", shown)
        self.assertNotIn("\u202e", shown)
        self.assertIn(name, self.ok("export").stdout)

    def test_import_hints_at_the_delimiter(self):
        source, mapping = self.file("berlin.csv", CSV), self.file("map.yaml", MAP.replace('";"', '","'))
        done = self.plant.cli("import", "--map", mapping, source)
        self.assertEqual(done.returncode, 3)
        self.assertIn('it would be 2 columns with csv: {delimiter: ";"} in the map', done.stderr)

    def test_sql_names_a_glob_that_matches_nothing(self):
        mapping = self.file("map.yaml", MAP)
        self.plant.cli("import", "--map", mapping, self.file("berlin.csv", CSV))
        done = self.ok("sql", "SELECT count(*) AS n FROM samples('acme/**/temprature')", "--format", "csv")
        self.assertEqual(done.stdout.split(), ["n", "0"])
        self.assertIn("no tag with samples matches 'acme/**/temprature'; "
                      f"nearest: '{TEMPERATURE}'", done.stderr)
        shown = self.ok("sql", "SELECT count(*) AS n FROM samples('acme/**')", "--format", "csv")
        self.assertEqual(shown.stderr, "")

    def test_sql_formats(self):
        query = "SELECT 1.5 AS x, 'a,b' AS t, NULL AS n"
        table = self.ok("sql", query).stdout
        self.assertIn("1.5", table)
        rows = list(csv.reader(io.StringIO(self.ok("sql", query, "--format", "csv").stdout)))
        self.assertEqual(rows, [["x", "t", "n"], ["1.5", "a,b", ""]])

    def test_sql_refuses_everything_but_one_select(self):
        for query, word in (("DROP VIEW tags", "SELECT"), ("SELECT 1; SELECT 2", "one"),
                            ("SELECT * FROM read_csv('/etc/passwd')", "read_csv"), ("SELEC 1", "SELEC")):
            done = self.plant.cli("sql", query)
            self.assertIn(done.returncode, (3, 6), query)
            self.assertIn(word, done.stderr, query)

    def test_tokens(self):
        secret = self.ok("token", "create", "--role", "viewer", "--name", "screen").stdout.strip()
        self.assertTrue(secret.startswith("bp_"))
        listed = self.ok("token", "list").stdout
        self.assertIn("screen", listed)
        self.assertNotIn(secret, listed)
        identity = secret.split("_")[1]
        self.ok("token", "revoke", identity)
        self.assertEqual(self.plant.cli("token", "revoke", "nobody").returncode, 4)
        if self.with_server:
            status, _, _ = self.plant.request("GET", "/api/v1/info", token=secret)
            self.assertEqual(status, 401)

    def test_check_is_clean(self):
        self.assertIn("every checksum holds", self.ok("check").stdout)

    def test_value_of_nothing(self):
        self.assertIn("verdict", self.ok("value", "list").stdout)
        for name in ("nothing", "", "../x"):
            self.assertEqual(self.plant.cli("value", "show", name).returncode, 4, name)

    def test_messages_carry_no_control_characters_to_the_terminal(self):
        bad = self.file("bad.yaml", 'format: bedplate/plant/1\nassets: {"a\\e[31mb": {level: site}}\n')
        done = self.plant.cli("apply", bad)
        self.assertEqual(done.returncode, 3)
        self.assertNotIn("\x1b", done.stderr)
        self.assertIn("\\x1b[31m", done.stderr)


class WithoutServer(Verbs, unittest.TestCase):
    pass


class ThroughAServer(Verbs, unittest.TestCase):
    with_server = True


class Alone(unittest.TestCase):
    def test_init_makes_a_private_token_once(self):
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder, "data")
            self.assertEqual(run("init", target).returncode, 0)
            mode = stat.S_IMODE(os.stat(target / "admin.token").st_mode)
            self.assertEqual(mode, 0o600)
            self.assertEqual(run("init", target).returncode, 5)

    def test_every_verb_has_help(self):
        for verb in ("init", "serve", "apply", "export", "import", "sql", "value", "check", "token", "demo",
                     "simulate"):
            done = run(verb, "--help")
            self.assertEqual(done.returncode, 0, verb)
            self.assertIn(verb, done.stdout)

    def test_usage_errors_end_with_2(self):
        for arguments in ((), ("fly",), ("sql", "--data", "x"), ("token", "--data", "x", "create", "--role", "king"),
                          ("serve",)):
            self.assertEqual(run(*arguments).returncode, 2, arguments)

    def test_an_unknown_verb_is_named_with_a_near_one(self):
        for arguments, said in ((("chekc",), "there is no verb 'chekc'; did you mean check?"),
                                (("token", "lits"), "there is no verb 'lits'; did you mean list?"),
                                (("fly",), "there is no verb 'fly'; --help"),
                                (("check", "--dta", "x"), "--data")):
            self.assertIn(said, run(*arguments).stderr)

    def test_a_hint_can_be_pasted_into_a_shell(self):
        with tempfile.TemporaryDirectory() as parent:
            for name in ("plain", "with space", "it's"):
                made = run("init", Path(parent) / name)
                command = made.stderr.strip().removeprefix("next: ")
                self.assertEqual(shlex.split(command), ["bedplate", "serve", "--data", str(Path(parent) / name)])

    def test_a_limit_on_the_size_of_files_is_an_error_and_not_the_end(self):
        with Plant() as plant:
            lines = "t,p\n" + "".join(f"{i},{i * 0.37}\n" for i in range(20_000))
            csv_file = plant.directory.parent / "a.csv"
            csv_file.write_text(lines)
            mapping = plant.directory.parent / "map.yaml"
            mapping.write_text("format: bedplate/import/1\ntime: {column: t, format: epoch_s}\n"
                               "wide: {columns: {p: {tag: acme/p}}}\n")
            done = subprocess.run(
                [BINARY, "import", "--data", plant.directory, "--map", mapping, csv_file],
                capture_output=True, text=True, timeout=60, check=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn("File too large", done.stderr)

    def test_a_directory_that_is_not_there(self):
        for verb, extra in (("check", []), ("export", []), ("sql", ["SELECT 1"])):
            done = run(verb, "--data", "/nowhere/at/all", *extra)
            self.assertEqual(done.returncode, 4, (verb, done.stderr))
            self.assertIn("/nowhere/at/all", done.stderr)


if __name__ == "__main__":
    unittest.main()

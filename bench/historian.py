"""The comparison of Bedplate with other historians on this machine, in one run.

`./dev bench historian` builds what it needs, unpacks the peers and calls this.
"""

import argparse
import dataclasses
import datetime
import json
import platform
import os
import sys
import tempfile
import time
from pathlib import Path

from comparison.bedplate import Bedplate
from comparison.duckdb import DuckDb
from comparison.growth import grow
from comparison.load import Load
from comparison.peers import PEERS
from comparison.rows import (MAIN_ROWS, ROWS, binary_row, main_rows, real_rows, restart_row, sql_row,
                             steady_rows, time_rounds)
from comparison.table import markdown, plain_text

REPOSITORY = Path(__file__).resolve().parents[1]
COLUMNS = ("Bedplate", "VictoriaMetrics", "InfluxDB", "ClickHouse", "DuckDB")


@dataclasses.dataclass(frozen=True)
class Scale:
    """How much of everything."""
    tags: int = 2000
    samples: int = 2500             # of each tag
    body_samples: int = 100_000
    bulk_samples: int = 500_000     # in a body of the binary append
    runs: int = 5
    repeat: int = 20                # requests in a run of a query
    steady_tags: int = 100_000
    steady_seconds: int = 600
    restart_log_bytes: int = 1_000_000_000
    restart_head_bytes: int = 16_000_000_000
    restart_max_samples: int = 500_000_000
    restart_step_samples: int = 2_000_000
    grow_factors: tuple = (1, 10, 100)


FULL = Scale()
QUICK = Scale(tags=200, samples=300, body_samples=10_000, bulk_samples=30_000, runs=1, repeat=3,
              steady_tags=2000, steady_seconds=3, restart_log_bytes=2_000_000,
              restart_head_bytes=1_000_000_000, restart_max_samples=4_000_000,
              restart_step_samples=20_000, grow_factors=(1, 2))
QUICK_ROWS = tuple(row for row in ROWS if row not in ("real", "grow"))


class Context:
    """What the rows need to know."""

    def __init__(self, options, directory):
        self._started = time.monotonic()
        self.repository = REPOSITORY
        self.directory = directory
        self.load = Load(options.load)
        self.bedplate = Bedplate(options.binary)
        self.scale = QUICK if options.quick else FULL
        self.runs = options.runs or self.scale.runs
        self.steady_seconds = options.seconds or self.scale.steady_seconds
        self._wanted = options.only or (QUICK_ROWS if options.quick else ROWS)
        self.peers = [PEERS[name](options.peer_root) for name in options.peers]
        self.duckdb_library = options.duckdb if "duckdb" in options.wanted_peers else None

    @property
    def systems(self):
        return [self.bedplate, *self.peers]

    @property
    def formats(self):
        """The forms in which the systems take their bodies."""
        needs_tsv = self.duckdb_library or any(not peer.takes_lines for peer in self.peers)
        return ("line", "tsv") if needs_tsv else ("line",)

    def wants(self, row):
        return row in self._wanted

    def time_request(self, request, service):
        return time_rounds(self, request, service)

    def say(self, text):
        elapsed = time.monotonic() - self._started
        print(f"    {elapsed:6.1f} s  {text}", file=sys.stderr, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench historian", description=__doc__.split("\n")[0])
    names = (*PEERS, "duckdb")
    parser.add_argument("--only", nargs="+", choices=ROWS, metavar="ROW",
                        help=f"only these rows: {', '.join(ROWS)}")
    parser.add_argument("--peers", default="all", metavar="LIST",
                        help=f"all, none, or a comma list of {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="little data, one run: does it work?")
    parser.add_argument("--runs", type=int, help=f"how often, {FULL.runs} if not said")
    parser.add_argument("--seconds", type=int,
                        help=f"of the steady load, {FULL.steady_seconds} if not said")
    parser.add_argument("--results", type=Path, default=REPOSITORY / "bench" / "results")
    parser.add_argument("--work", type=Path, help="where the systems keep their data meanwhile")
    parser.add_argument("--binary", type=Path, default=REPOSITORY / "build/bench/bin/bedplate")
    parser.add_argument("--load", type=Path, default=REPOSITORY / "build/bench/bin/bench_load")
    parser.add_argument("--peer-root", type=Path, default=REPOSITORY / ".deps/peers/tree")
    parser.add_argument("--duckdb", type=Path, default=REPOSITORY / ".deps/duckdb/lib/libduckdb.so")
    options = parser.parse_args()
    wanted = {"all": list(names), "none": []}.get(options.peers, options.peers.split(","))
    unknown = [name for name in wanted if name not in names]
    if unknown:
        parser.error(f"unknown peer {unknown[0]!r}: expected all, none or of {', '.join(names)}")
    options.wanted_peers = wanted
    options.peers = [name for name in wanted if name in PEERS]
    return options


def run_rows(context):
    rows = []
    if any(context.wants(row) for row in MAIN_ROWS):
        rows += [row for row in main_rows(context) if context.wants(row.key)]
    for key, measure in (("binary", binary_row), ("real", real_rows), ("sql", sql_row),
                         ("restart", restart_row), ("steady", steady_rows)):
        if context.wants(key):
            rows += measure(context)
    return rows


def machine():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cpu": models[0] if models else platform.machine(), "cores": os.cpu_count(),
            "memory_gb": round(memory / 1e9), "kernel": platform.release(),
            "load_before": os.getloadavg()[0]}


def describe(context, systems):
    described = {}
    for system in systems:
        described[system.name] = {"version": system.version(), "durability": system.durability,
                                  "note": system.note}
    if context.duckdb_library:
        database = DuckDb(context.duckdb_library)
        described["DuckDB"] = {"version": database.version(), "durability": "Parquet, Snappy, by tag",
                               "note": "in the process that asks"}
        database.close()
    return described


def write_results(directory, result, rows, svgs):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "historian.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    for name, svg in svgs.items():
        (directory / name).write_text(svg)
    about = result["machine"]
    lines = [
        "# Bedplate beside other historians", "",
        "Written by `./dev bench historian`: all systems in one run on one machine, one after the "
        "other.", "",
        f"{result['date']} · {about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB · "
        f"Linux {about['kernel']} · medians of {result['runs']} runs (lowest–highest) · ratio: how "
        "many times better Bedplate is.", "",
        markdown(rows, [name for name in COLUMNS if name in result["systems"]]), "",
        *[f"- {row.what}: {note}" for row in rows for note in row.notes],
        *[f"- **{row.what}: {problem}**" for row in rows for problem in row.problems], "",
        "| system | version | an acknowledgement means | settings |", "|---|---|---|---|",
        *[f"| {name} | {about['version']} | {about['durability']} | {about['note'] or 'defaults'} |"
          for name, about in result["systems"].items()], "",
        *[f"![{name}]({name})" for name in svgs], ""]
    (directory / "historian.md").write_text("\n".join(lines))


def main():
    options = parse_arguments()
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bedplate-bench-", dir=options.work) as work:
        context = Context(options, Path(work))
        about = machine()
        rows = run_rows(context)
        svgs, growth, problems = grow(context) if context.wants("grow") else ({}, [], [])
        systems = describe(context, context.systems)
    if options.quick:
        rows = [dataclasses.replace(row, is_reached=None) for row in rows]  # goals are for all of it
    print(plain_text(rows, [name for name in COLUMNS if name in systems]))
    result = {"date": date, "machine": about, "runs": context.runs, "quick": options.quick,
              "systems": systems, "rows": [row.to_json() for row in rows], "growth": growth}
    write_results(options.results, result, rows, svgs)
    problems += [f"{row.what}: {problem}" for row in rows for problem in row.problems]
    for problem in dict.fromkeys(problems):
        print(f"wrong: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

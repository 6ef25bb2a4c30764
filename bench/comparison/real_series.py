"""The real series beside the repository: read into columns, written as bodies."""

import csv
import datetime
import gzip
import json
import math
import os
from dataclasses import dataclass, field
from pathlib import Path

BODY_SAMPLES = 100_000
START_SECONDS = 1_514_764_800  # 2018-01-01, for files whose rows have no date


def data_root(repository):
    return Path(os.environ.get("BEDPLATE_DATA", repository.parent / "shared" / "data"))


@dataclass
class Series:
    """A tag's samples in the order of the file."""
    name: str
    times: list = field(default_factory=list)  # seconds since 1970
    values: list = field(default_factory=list)

    def add(self, time, value):
        if math.isfinite(value):
            self.times.append(time)
            self.values.append(value)


def _columns(prefix, rows, step_seconds):
    """One series for each column of a table of numbers."""
    series = [Series(f"{prefix}{number:02}") for number in range(len(rows[0]))]
    for index, row in enumerate(rows):
        for column, value in zip(series, row):
            column.add(START_SECONDS + index * step_seconds, value)
    return series


def _matrix(path):
    with gzip.open(path, "rt") as file:
        return [[float(cell) for cell in line.split()] for line in file if line.strip()]


def read_steel(root):
    """A year in steps of 15 minutes; the columns that hold numbers."""
    with open(root / "steel_energy" / "Steel_industry_data.csv", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return _columns("s", [[float(cell) for cell in row[1:8]] for row in rows], 900)


def read_nab(root):
    series = []
    for path in sorted((root / "nab").glob("*.csv")):
        one = Series(path.stem)
        with open(path, newline="") as file:
            for time, value in list(csv.reader(file))[1:]:
                moment = datetime.datetime.fromisoformat(time).replace(tzinfo=datetime.timezone.utc)
                one.add(int(moment.timestamp()), float(value))
        series.append(one)
    return series


def read_chiller(root):
    series = {}
    with gzip.open(root / "chiller" / "chiller6_june2020.jsonl.gz", "rt") as file:
        for line in file:
            row = json.loads(line)
            for name, value in row.items():
                if name not in ("timestamp", "asset_id") and isinstance(value, (int, float)):
                    tag = name.replace(" ", "_")
                    series.setdefault(tag, Series(tag)).add(row["timestamp"], float(value))
    return list(series.values())


def read_cmapss(root):
    """Every sensor of a fleet as one series, engine after engine, a minute for each cycle."""
    series = []
    for path in sorted((root / "cmapss").glob("t*_FD*.txt.gz")):
        prefix = path.name.split(".")[0] + "_"
        series += _columns(prefix, [row[2:] for row in _matrix(path)], 60)
    return series


def read_tep(root):
    """Every channel of every run, in steps of three minutes; d00 is written transposed."""
    series = []
    for path in sorted((root / "tep").glob("d*.dat.gz")):
        rows = _matrix(path)
        if len(rows) < len(rows[0]):
            rows = list(zip(*rows))
        series += _columns(path.name.split(".")[0] + "_", rows, 180)
    return series


READERS = {"steel": read_steel, "nab": read_nab, "chiller": read_chiller, "cmapss": read_cmapss,
           "tep": read_tep}


class RealWorkload:
    """A real set as bodies, in the order of time as a plant would send it."""

    def __init__(self, directory, series):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True)
        points = sorted((time, index, value) for index, one in enumerate(series)
                        for time, value in zip(one.times, one.values))
        self.total = len({(time, index) for time, index, _ in points})
        self.tags = len(series)
        self._write("line", points, lambda time, index, value:
                    f"plant,tag={series[index].name} v={value!r} {time}000000000\n")
        self._write("tsv", points, lambda time, index, value:
                    f"{series[index].name}\t{time}\t{value!r}\n")

    def bodies(self, name):
        return self.directory / name

    def _write(self, name, points, write_line):
        with open(self.directory / f"{name}.bodies", "w") as bodies, \
                open(self.directory / f"{name}.index", "w") as index:
            for at in range(0, len(points), BODY_SAMPLES):
                part = points[at:at + BODY_SAMPLES]
                text = "".join(write_line(*point) for point in part)
                bodies.write(text)
                index.write(f"{len(text)} {len(part)}\n")

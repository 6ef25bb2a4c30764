"""The data of the comparison, and what the right answers are."""

import array
import functools
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 1_704_067_200  # 2024-01-01; the first samples of every tag
BUCKET_SECONDS = 60


def tag_name(number):
    return f"t{number:06}"


@dataclass(frozen=True)
class Target:
    """Where bodies are sent."""
    port: int
    path: str
    headers: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A query in a system's own language; `parse` makes the common form of its answer."""
    port: int
    path: str
    parse: object
    method: str = "GET"
    body: str = ""
    headers: dict = field(default_factory=dict)


class Workload:
    """Random walks, one sample a second for each tag; generated once for all systems."""

    def __init__(self, load, directory, tags, samples, body_samples, late_percent=0,
                 formats=("line",)):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True)
        self.tags = tags
        self.samples = samples
        self.total = tags * samples
        load.generate(self.directory, tags, samples, body_samples, formats, late_percent)

    @property
    def start(self):
        return START_SECONDS

    @property
    def stop(self):
        return START_SECONDS + self.samples

    @property
    def buckets(self):
        return -(-self.samples // BUCKET_SECONDS)

    @property
    def sample_tag(self):
        """The tag that the queries for one tag ask for."""
        return tag_name(self.tags // 3)

    def bodies(self, name):
        return self.directory / name

    @functools.cached_property
    def _values(self):
        values = array.array("i")
        with open(self.directory / "values.int32", "rb") as file:
            values.frombytes(file.read())
        return values

    def raw(self, number):
        """[(seconds, value)] of a tag."""
        column = self._values[number::self.tags]
        return [(START_SECONDS + i, value / 100) for i, value in enumerate(column)]

    def minute_means(self, number):
        column = self._values[number::self.tags]
        buckets = [column[at:at + BUCKET_SECONDS] for at in range(0, len(column), BUCKET_SECONDS)]
        return [sum(bucket) / 100 / len(bucket) for bucket in buckets]

    def mean(self, number):
        return sum(self._values[number::self.tags]) / 100 / self.samples

    def expected(self, query):
        """The right answer to a query, in the common form."""
        one = self.tags // 3
        if query == "raw":
            return self.raw(one)
        if query == "minutes":
            return self.minute_means(one)
        if query == "minutes_all":
            return {tag_name(n): self.minute_means(n) for n in range(self.tags)}
        return {tag_name(n): self.mean(n) for n in range(self.tags)}


def agree(expected, got, tolerance=1e-9):
    """Whether two answers are the same but for rounding in the last digits."""
    if isinstance(expected, dict):
        return (isinstance(got, dict) and expected.keys() == got.keys()
                and all(agree(value, got[key], tolerance) for key, value in expected.items()))
    if isinstance(expected, (list, tuple)):
        return (isinstance(got, (list, tuple)) and len(expected) == len(got)
                and all(agree(a, b, tolerance) for a, b in zip(expected, got)))
    return got is not None and abs(expected - got) <= tolerance * max(1, abs(expected))

"""One set of data in every system: loaded, merged, weighed and asked."""

import shutil
import statistics

from .system import QUERIES
from .table import Figure
from .workload import agree

MILLION = 1e6


class Dataset:
    """`label` names its directories, `systems` are those that take part."""

    def __init__(self, context, label, workload, systems):
        self._context = context
        self._label = label
        self.workload = workload
        self._systems = systems
        self.problems = []
        self.notes = []

    def _directory(self, system):
        return self._context.directory / f"{self._label}-{system.name}"

    def load(self, runs):
        """Loads it `runs` times, each into a new directory, the systems taking turns; the last
        stays. Returns the figures of those that take line protocol, in M samples/s."""
        figures = {}
        for run in range(runs):
            for system in self._systems:
                self._context.say(f"{self._label}: loading {system.name}, run {run + 1} of {runs}")
                rate, cpu = self._load_once(system)
                if system.takes_lines:
                    figure = figures.setdefault(system.name, Figure([], "M/s", more_is_better=True))
                    figure.values.append(rate)
                    figure.details.setdefault("cpu_seconds_per_million", []).append(cpu)
        return figures

    def _load_once(self, system):
        shutil.rmtree(self._directory(system), ignore_errors=True)
        system.start(self._directory(system))
        try:
            rate, cpu = send_all(self._context.load, system, self.workload,
                                 "line" if system.takes_lines else system.bulk_format)
        finally:
            system.stop()
        return rate, cpu

    def weigh_and_ask(self, queries=QUERIES):
        """Merges what load() left, in each system. Returns {row: {system: Figure}} for `bytes`
        and the queries."""
        figures = {"bytes": {}, **{query: {} for query in queries}}
        for system in self._systems:
            self._context.say(f"{self._label}: merging and asking {system.name}")
            system.start(self._directory(system))
            try:
                system.settle()
                system.compact()
                figures["bytes"][system.name] = self._weigh(system)
                for query in queries:
                    figures[query][system.name] = self._ask(system, query)
            finally:
                system.stop()
            shutil.rmtree(self._directory(system))
        return figures

    def check_stored(self, system):
        system.start(self._directory(system))
        try:
            self.problems += stored_problems(system, self.workload)
        finally:
            system.stop()

    def _weigh(self, system):
        figure = Figure([system.stored_bytes() / self.workload.total], "B")
        if system.beside_bytes():
            figure.details["catalog_bytes"] = system.beside_bytes()
        return figure

    def _ask(self, system, query):
        request = system.query(query, self.workload)
        figure, answer = self._context.time_request(request, system.service)
        if not agree(self.workload.expected(query), request.parse(answer)):
            self.problems.append(f"{system.name} answers `{query}` otherwise than expected")
        return figure


def stored_problems(bedplate, workload):
    """What is wrong unless every sample is there, only once, and the means are right."""
    stored = bedplate.counts_and_means()
    count = sum(row[0] for row in stored.values())
    problems = []
    if count != workload.total:
        problems.append(f"{count} of {workload.total} samples are stored")
    if not agree(workload.expected("means"), {tag: row[1] for tag, row in stored.items()}):
        problems.append("the means are not those of what was sent")
    return problems


def send_all(load, system, workload, body_format):
    """Sends the bodies of one format; returns (M samples/s, CPU seconds of the server for each
    million)."""
    target = system.line_target() if body_format == "line" else system.bulk_target()
    before = system.service.cpu_seconds()
    report = load.send(target, workload.bodies(body_format))
    cpu = system.service.cpu_seconds() - before
    return (report["samples"] / report["seconds"] / MILLION,
            cpu / (report["samples"] / MILLION))


def median_milliseconds(report):
    return statistics.median(report["latency_us"]) / 1000

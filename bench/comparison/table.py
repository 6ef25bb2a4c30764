"""Figures: medians with their spread, and the table that is printed."""

import statistics
from dataclasses import dataclass, field


@dataclass
class Figure:
    """The results of repeated runs of one system in one row."""
    values: list
    unit: str
    more_is_better: bool = False
    details: dict = field(default_factory=dict)

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self):
        shown = number_text(self.median)
        if len(self.values) > 1:
            shown += f" ({number_text(min(self.values))}–{number_text(max(self.values))})"
        return f"{shown} {self.unit}".rstrip()

    def to_json(self):
        return {"median": self.median, "values": self.values, "unit": self.unit, **self.details}


@dataclass
class Row:
    """One line of the table."""
    key: str
    what: str
    figures: dict                                   # by the system's name; the first is ours
    reach: str = ""                                 # the goal as text
    is_reached: object = None                       # of (our median, {peer: median}); None: no goal
    problems: list = field(default_factory=list)    # wrong answers, lost samples
    notes: list = field(default_factory=list)

    @property
    def ours(self):
        return next(iter(self.figures.values()))

    def ratios(self):
        """By how much we are better than each peer: above 1 is better."""
        ratios = {}
        for name, figure in list(self.figures.items())[1:]:
            ratio = self.ours.median / figure.median
            ratios[name] = ratio if self.ours.more_is_better else 1 / ratio
        return ratios

    def verdict(self):
        if self.problems:
            return "WRONG"
        if self.is_reached is None:
            return ""
        peers = {name: figure.median for name, figure in list(self.figures.items())[1:]}
        return "reached" if self.is_reached(self.ours.median, peers) else "not reached"

    def to_json(self):
        return {"key": self.key, "what": self.what, "reach": self.reach, "verdict": self.verdict(),
                "figures": {name: figure.to_json() for name, figure in self.figures.items()},
                "ratios": self.ratios(), "problems": self.problems, "notes": self.notes}


def number_text(value):
    """Three digits that count."""
    if value == 0:
        return "0"
    magnitude = abs(value)
    for digits, limit in ((0, 100), (1, 10), (2, 1)):
        if magnitude >= limit:
            return f"{value:.{digits}f}"
    return f"{value:.3g}"


def cells(rows, systems):
    """The table as rows of text; the first has the headings."""
    table = [["what", *systems, "ratio", "reach", ""]]
    for row in rows:
        ratios = ", ".join(f"{number_text(ratio)}× {name}" for name, ratio in row.ratios().items())
        figures = [row.figures[name].text() if name in row.figures else "" for name in systems]
        table.append([row.what, *figures, ratios, row.reach, row.verdict()])
    return table


def plain_text(rows, systems):
    table = cells(rows, systems)
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in table)


def markdown(rows, systems):
    first, *rest = cells(rows, systems)
    lines = [first, ["---"] * len(first), *rest]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)

"""How the figures grow with the number of tags and with the share of late data."""

import shutil

from .dataset import Dataset
from .plots import small_multiples
from .rows import QUERY_ROWS
from .workload import Workload

CHARTS = {"line": "line protocol", "bytes": "bytes per sample",
          **{key: what for key, (what, _) in QUERY_ROWS.items()}}


def grow(context):
    """Returns ({file name: SVG}, the figures as data, problems). As many samples in each case: what
    grows is the number of tags that they are of, or how late they come."""
    scale = context.scale
    tag_cases = [(f"{factor}×", scale.tags * factor, 0) for factor in scale.grow_factors]
    late_cases = [(f"{percent} %", scale.tags, percent) for percent in (0, 1, 10)]
    measured, problems = {}, []
    for label, tags, late in dict.fromkeys([*tag_cases, *late_cases]):
        if (tags, late) not in measured:
            measured[tags, late] = _measure(context, tags, late, problems)
    svgs = {}
    for name, title, axis, cases in (
            ("cost-by-tags.svg", f"The same {scale.tags * scale.samples:,} samples of more tags",
             f"{scale.tags:,} tags", tag_cases),
            ("cost-by-late.svg", "The same samples, a part of them late", "late", late_cases)):
        charts = [(what, *_lines([measured[tags, late][key] for _, tags, late in cases]))
                  for key, what in CHARTS.items()]
        svgs[name] = small_multiples(title, axis, [label for label, _, _ in cases], charts)
    data = [{"tags": tags, "late_percent": late,
             "figures": {key: {name: figure.to_json() for name, figure in row.items()}
                         for key, row in rows.items()}}
            for (tags, late), rows in measured.items()]
    return svgs, data, problems


def _measure(context, tags, late, problems):
    scale = context.scale
    label = f"{tags}-tags-{late}-late"
    workload = Workload(context.load, context.directory / label, tags,
                        max(1, scale.samples * scale.tags // tags), scale.body_samples, late,
                        context.formats)
    dataset = Dataset(context, label, workload, context.systems)
    line = dataset.load(runs=1)
    dataset.check_stored(context.bedplate)
    figures = {"line": line, **dataset.weigh_and_ask()}
    shutil.rmtree(workload.directory)
    problems += [f"{label}: {problem}" for problem in dataset.problems]
    return figures


def _lines(rows):
    """(unit, {system: [value of each case]})."""
    systems = dict.fromkeys(name for row in rows for name in row)
    unit = next(iter(rows[0].values())).unit
    return unit, {name: [row[name].median if name in row else None for row in rows]
                  for name in systems}

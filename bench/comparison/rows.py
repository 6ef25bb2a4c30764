"""The rows of the table, in the order of the issue they come from."""

import array
import shutil
import statistics
import time

from .bedplate import parse_sql_means
from .dataset import Dataset, median_milliseconds, send_all, stored_problems
from .duckdb import DuckDb
from .load import WARM_UP_REQUESTS
from .real_series import READERS, RealWorkload, data_root
from .table import Figure, Row, number_text
from .workload import START_SECONDS, Workload, agree, tag_name

VICTORIA = "VictoriaMetrics"
QUERY_ROWS = {
    "raw": ("one tag, raw, over HTTP", 0.5),
    "minutes": ("one tag, 1-minute means", 0.4),
    "minutes_all": ("all tags, 1-minute means", 30),
    "means": ("mean of every tag", 5),
}
MAIN_ROWS = ("line", "bytes", *QUERY_ROWS)
ROWS = (*MAIN_ROWS, "binary", "real", "sql", "restart", "steady", "grow")


def at_most(limit):
    return lambda ours, peers: ours <= limit


def main_rows(context):
    """Line protocol, bytes per sample and the queries, on the random walks."""
    scale = context.scale
    workload = Workload(context.load, context.directory / "walks", scale.tags, scale.samples,
                        scale.body_samples, formats=context.formats)
    dataset = Dataset(context, "walks", workload, context.systems)
    line = dataset.load(context.runs if context.wants("line") else 1)
    dataset.check_stored(context.bedplate)
    figures = dataset.weigh_and_ask()
    add_parquet(context, workload, figures["bytes"])
    shutil.rmtree(workload.directory)
    problems = dataset.problems
    rows = [
        Row("line", f"line protocol over HTTP, {workload.total:,} samples, 2 clients", line,
            "≥ 3 M/s, ≥ 2.5× VictoriaMetrics",
            lambda ours, peers: ours >= 3 and ours >= 2.5 * peers.get(VICTORIA, 0), problems,
            notes=cpu_notes(line)),
        Row("bytes", "bytes per sample, merged", figures["bytes"], "≤ 0.93", at_most(0.93), problems,
            notes=catalog_notes(figures["bytes"]))]
    for key, (what, limit) in QUERY_ROWS.items():
        rows.append(Row(key, what, figures[key], f"≤ {limit} ms", at_most(limit), problems,
                        notes=answer_notes(figures[key])))
    return rows


def cpu_notes(figures):
    """Which of them would be faster on more cores, or when the machine has other work too."""
    parts = [f"{name} {number_text(statistics.median(figure.details['cpu_seconds_per_million']))} s"
             for name, figure in figures.items()]
    return ["CPU time of the server for a million samples: " + ", ".join(parts)]


def answer_notes(figures):
    parts = [f"{name} {number_text(figure.details['cpu_ms'])} ms" for name, figure in figures.items()]
    return ["CPU time of the server for an answer: " + ", ".join(parts)]


def catalog_notes(figures):
    size = figures["Bedplate"].details.get("catalog_bytes", 0)
    return [f"beside it Bedplate's catalog (SQLite): {size:,} bytes"]


def add_parquet(context, workload, figures):
    """What DuckDB makes of the same rows."""
    if context.duckdb_library and "tsv" in context.formats:
        path = write_parquet(context, workload)
        figures["DuckDB"] = Figure([path.stat().st_size / workload.total], "B")
        path.unlink()


def write_parquet(context, workload):
    path = workload.directory / "samples.parquet"
    database = DuckDb(context.duckdb_library)
    database.run(
        f"COPY (SELECT tag, to_timestamp(seconds) AS ts, value FROM read_csv("
        f"'{workload.bodies('tsv')}.bodies', delim = '\t', header = false, columns = "
        "{'tag': 'VARCHAR', 'seconds': 'BIGINT', 'value': 'DOUBLE'}) ORDER BY tag, ts) "
        f"TO '{path}' (FORMAT parquet)")
    database.close()
    return path


def binary_row(context):
    """The columnar append beside what ClickHouse is usually fed with."""
    scale = context.scale
    workload = Workload(context.load, context.directory / "bulk", scale.tags, scale.samples,
                        scale.bulk_samples, formats=("append", "tsv"))
    figures, problems = {}, []
    systems = [system for system in context.systems if system.bulk_format]
    for run in range(context.runs):
        for system in systems:
            context.say(f"binary append: {system.name}, run {run + 1} of {context.runs}")
            directory = context.directory / "bulk-run"
            system.start(directory)
            try:
                rate, cpu = send_all(context.load, system, workload, system.bulk_format)
                if system is context.bedplate:
                    problems += stored_problems(system, workload)
            finally:
                system.stop()
            shutil.rmtree(directory)
            figure = figures.setdefault(system.name, Figure([], "M/s", more_is_better=True))
            figure.values.append(rate)
            figure.details.setdefault("cpu_seconds_per_million", []).append(cpu)
    shutil.rmtree(workload.directory)
    return [Row("binary", f"binary append, {scale.bulk_samples:,} samples a body (ClickHouse: TSV)",
                figures, "≥ 10 M/s", lambda ours, peers: ours >= 10, problems,
                notes=cpu_notes(figures))]


def real_rows(context):
    """Bytes per sample of the real series."""
    root = data_root(context.repository)
    rows = []
    for name, read in READERS.items():
        try:
            series = read(root)
        except FileNotFoundError:
            context.say(f"real series {name}: not on this machine, left out")
            continue
        workload = RealWorkload(context.directory / f"real-{name}", series)
        dataset = Dataset(context, f"real-{name}", workload, context.systems)
        dataset.load(runs=1)
        figures = dataset.weigh_and_ask(queries=())["bytes"]
        add_parquet(context, workload, figures)
        shutil.rmtree(workload.directory)
        rows.append(Row(
            f"bytes_{name}", f"bytes per sample, {name}: {workload.tags} tags, {workload.total:,}",
            figures, "≤ VictoriaMetrics",
            lambda ours, peers: ours <= peers[VICTORIA] if VICTORIA in peers else True,
            notes=catalog_notes(figures)))
    return rows


def sql_row(context):
    """The mean by tag in SQL, over four times the data."""
    scale = context.scale
    workload = Workload(context.load, context.directory / "sql", scale.tags, scale.samples * 4,
                        scale.body_samples, formats=context.formats)
    bedplate, problems = context.bedplate, []
    context.say(f"SQL: loading {workload.total:,} samples")
    directory = context.directory / "sql-store"
    bedplate.start(directory)
    try:
        send_all(context.load, bedplate, workload, "line")
        bedplate.compact()
        request = bedplate.sql_request(
            "SELECT tag, avg(value) AS mean FROM samples('plant/**') GROUP BY tag", parse_sql_means)
        ours, answer = context.time_request(request, bedplate.service)
    finally:
        bedplate.stop()
    shutil.rmtree(directory)
    figures = {bedplate.name: ours}
    if not agree(workload.expected("means"), parse_sql_means(answer)):
        problems.append("Bedplate's SQL answers otherwise than expected")
    if context.duckdb_library:
        context.say("SQL: DuckDB on Parquet")
        figures["DuckDB"] = time_duckdb(context, workload, problems)
    shutil.rmtree(workload.directory)
    return [Row("sql", f"SQL: mean by tag, {workload.total:,} samples (DuckDB: on Parquet)", figures,
                "≤ 200 ms", at_most(200), problems)]


def time_duckdb(context, workload, problems):
    path = write_parquet(context, workload)
    database = DuckDb(context.duckdb_library)
    sql = f"SELECT tag, avg(value) FROM '{path}' GROUP BY tag"
    figure = Figure([], "ms")
    for _ in range(context.runs + 1):
        started = time.perf_counter()
        answer = database.text_and_number(sql)
        figure.values.append((time.perf_counter() - started) * 1000)
    figure.values.pop(0)  # the first read the file
    database.close()
    if not agree(workload.expected("means"), answer):
        problems.append("DuckDB answers otherwise than expected")
    return figure


def restart_row(context):
    """kill -9 with a long log, then the time until queries are answered."""
    scale, bedplate, problems = context.scale, context.bedplate, []
    directory = context.directory / "restart"
    options = ("--head-bytes", scale.restart_head_bytes)
    bedplate.start(directory, *options)
    sent = 0
    while bedplate.log_bytes() < scale.restart_log_bytes and sent < scale.restart_max_samples:
        context.say(f"restart: {bedplate.log_bytes() / 1e6:.0f} MB of log")
        # Each load is later than the one before, so that nothing is a duplicate.
        rounds = scale.restart_step_samples // scale.steady_tags
        context.load.pace(bedplate.line_target(), scale.steady_tags, rounds,
                          context.directory / "sums", unpaced=True,
                          start=START_SECONDS + sent // scale.steady_tags)
        sent += rounds * scale.steady_tags
    log_bytes = bedplate.log_bytes()
    bedplate.kill()
    figure = Figure([], "s", details={"log_bytes": log_bytes, "samples": sent})
    for run in range(context.runs):
        context.say(f"restart: run {run + 1} of {context.runs}")
        started = time.perf_counter()
        bedplate.start(directory, *options)
        bedplate.first_answer()
        figure.values.append(time.perf_counter() - started)
        if run + 1 < context.runs:
            bedplate.kill()
    count = bedplate.count()
    bedplate.stop()
    shutil.rmtree(directory)
    if count != sent:
        problems.append(f"{sent - count} of {sent} samples were lost")
    return [Row("restart", f"restart after kill -9, {log_bytes / 1e9:.2g} GB of log, {sent:,} samples",
                {bedplate.name: figure}, "≤ 2 s", at_most(2), problems)]


def steady_rows(context):
    """Many tags, a sample of each in every second."""
    scale, bedplate, problems = context.scale, context.bedplate, []
    tags, seconds = scale.steady_tags, context.steady_seconds
    context.say(f"steady: {tags:,} tags for {seconds} s")
    directory, sums = context.directory / "steady", context.directory / "sums"
    bedplate.start(directory)
    report = context.load.pace(bedplate.line_target(), tags, seconds, sums)
    memory, cpu = bedplate.service.peak_memory_bytes(), bedplate.service.cpu_seconds()
    stored = bedplate.counts_and_means()
    bedplate.stop()
    shutil.rmtree(directory)
    lost = tags * seconds - sum(row[0] for row in stored.values())
    expected = array.array("q", sums.read_bytes())
    means = {tag_name(n): total / 100 / seconds for n, total in enumerate(expected)}
    if lost or not agree(means, {tag: row[1] for tag, row in stored.items()}):
        problems.append(f"{lost} samples are not stored as they were sent")
    latencies = report["latency_us"]
    p99 = latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)] / 1000
    what = f"{tags:,} tags, one sample a second each, {seconds} s"
    name = bedplate.name
    details = {"refused": report["refused"], "cpu_seconds": cpu,
               "median_ms": latencies[len(latencies) // 2] / 1000, "max_ms": latencies[-1] / 1000}
    return [
        Row("steady_lost", f"{what}: lost", {name: Figure([lost], "")}, "0", at_most(0), problems),
        Row("steady_p99", f"{what}: 99 % acknowledged within",
            {name: Figure([p99], "ms", details=details)}, "≤ 50 ms", at_most(50), problems),
        Row("steady_memory", f"{what}: memory at most", {name: Figure([memory / 1e6], "MB")},
            "≤ 600 MB", at_most(600), problems)]


def time_rounds(context, request, service):
    """A figure of the medians of several rounds, and the last answer."""
    answer_file = context.directory / "answer"
    figure = Figure([], "ms")
    before, asked = service.cpu_seconds(), 0
    for _ in range(context.runs):
        report = context.load.measure(request, context.scale.repeat, answer_file)
        figure.values.append(median_milliseconds(report))
        asked += len(report["latency_us"]) + WARM_UP_REQUESTS
    figure.details["cpu_ms"] = (service.cpu_seconds() - before) / asked * 1000
    return figure, answer_file.read_bytes()

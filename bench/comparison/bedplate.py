"""Bedplate as the comparison sees it."""

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from .service import Service, fetch
from .system import System, directory_bytes
from .workload import Request, Target, tag_name


class Bedplate(System):
    name = "Bedplate"
    durability = "acknowledged after fdatasync"
    bulk_format = "append"

    def __init__(self, binary):
        super().__init__()
        self._binary = str(binary)
        self._token = ""

    def version(self):
        done = subprocess.run([self._binary, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.split()[-1]

    def start(self, directory, *options):
        self.directory = Path(directory)
        data = self.directory / "data"
        if not data.exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            subprocess.run([self._binary, "init", str(data)], check=True, capture_output=True)
        self._token = (data / "admin.token").read_text().strip()
        log = self.directory / "log"
        log.write_bytes(b"")
        self.service = Service(
            [self._binary, "serve", "--data", data, "--listen", "127.0.0.1:0",
             "--own-metrics", "off", *options], log)
        self.service.wait_until(lambda: "listening on" in log.read_text())
        self.port = int(re.search(r"listening on http://[^:]+:(\d+)", log.read_text()).group(1))

    @property
    def _headers(self):
        return {"Authorization": f"Token {self._token}"}

    def line_target(self):
        return Target(self.port, "/write", self._headers)

    def bulk_target(self):
        return Target(self.port, "/api/v1/append",
                      {**self._headers, "Content-Type": "application/vnd.bedplate.append"})

    def compact(self):
        subprocess.run([self._binary, "compact", "--data", str(self.directory / "data")],
                       check=True, capture_output=True)

    def kill(self):
        self.service.kill()
        self.service = None

    def log_bytes(self):
        return directory_bytes(self.directory / "data" / "historian" / "wal")

    def first_answer(self):
        """Returns when a query has been answered."""
        fetch(self.port, "/api/v1/last?tag=plant/t000000/v", headers=self._headers)

    def count(self):
        return self.sql("SELECT sum(samples) AS samples FROM tags")[0][0]

    def stored_bytes(self):
        return directory_bytes(self.directory / "data" / "historian")

    def beside_bytes(self):
        """The catalog's SQLite file."""
        return directory_bytes(self.directory / "data", "catalog.sqlite*")

    def _request(self, path, parse, **params):
        return Request(self.port, f"{path}?{urlencode(params)}", parse, headers=self._headers)

    def query(self, name, workload):
        times = {"from": workload.start * 1000, "to": workload.stop * 1000}
        one = f"plant/{workload.sample_tag}/v"
        if name == "raw":
            return self._request("/api/v1/samples", _parse_raw, tag=one, limit=1_000_000)
        if name == "minutes":
            return self._request("/api/v1/aggregate", _parse_one_mean, tag=one, bucket="1m",
                                 fn="mean", **times)
        if name == "minutes_all":
            return self._request("/api/v1/aggregate", _parse_means, tag="plant/**", bucket="1m",
                                 fn="mean", **times)
        return self._request("/api/v1/aggregate", _parse_mean, tag="plant/**", buckets=1,
                             fn="mean", **times)

    def sql_request(self, sql, parse):
        body = json.dumps({"sql": sql, "limit": 1_000_000, "timeout_ms": 300_000})
        return Request(self.port, "/api/v1/sql", parse, method="POST", body=body,
                       headers={**self._headers, "Content-Type": "application/json"})

    def sql(self, sql):
        """The columns of a query's result."""
        request = self.sql_request(sql, parse=None)
        answer = json.loads(fetch(self.port, request.path, request.body.encode(), request.headers))
        return [column["values"] for column in answer["columns"]]

    def counts_and_means(self):
        """{tag: (samples, mean)} of everything that is stored."""
        tags, counts, means = self.sql(
            "SELECT tag, count(*), avg(value) FROM samples('plant/**') GROUP BY tag")
        return {tag.split("/")[1]: row for tag, *row in zip(tags, counts, means)}


def parse_sql_means(answer):
    tags, means = [column["values"] for column in json.loads(answer)["columns"]]
    return {tag.split("/")[1]: mean for tag, mean in zip(tags, means)}


def _parse_raw(answer):
    samples = json.loads(answer)
    return [(time / 1000, value) for time, value in zip(samples["times"], samples["values"])]


def _parse_means(answer):
    return {series["tag"].split("/")[1]: series["mean"] for series in json.loads(answer)["series"]}


def _parse_one_mean(answer):
    return next(iter(_parse_means(answer).values()))


def _parse_mean(answer):
    return {tag: means[0] for tag, means in _parse_means(answer).items()}

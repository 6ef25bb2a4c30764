"""The other systems, from Debian's packages, each with its defaults and its own language."""

import json
import re
import shutil
import time
from pathlib import Path
from urllib.parse import urlencode

from .service import Service, fetch, free_port
from .system import System, directory_bytes, wait_until
from .workload import BUCKET_SECONDS, Request, Target

class Peer(System):
    package = ""

    def __init__(self, root):
        super().__init__()
        self.root = Path(root)  # where the packages were unpacked

    @property
    def libraries(self):
        places = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
        return {"LD_LIBRARY_PATH": ":".join(str(self.root / place) for place in places)}

    def version(self):
        lines = (self.root / "versions.tsv").read_text().splitlines()
        return dict(line.split("\t") for line in lines)[self.package]


class VictoriaMetrics(Peer):
    name = "VictoriaMetrics"
    package = "victoria-metrics"
    durability = "no log: acknowledged from memory, up to seconds are lost with the process"
    note = "retention of 100 years; queries with nocache=1, as no other system keeps answers"

    def start(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.service = Service(
            [self.root / "usr/bin/victoria-metrics", f"-storageDataPath={self.directory / 'data'}",
             f"-httpListenAddr=127.0.0.1:{self.port}", "-retentionPeriod=100y"],
            self.directory / "log")
        self.service.wait_until(lambda: fetch(self.port, "/health"))

    def line_target(self):
        return Target(self.port, "/write")

    def settle(self):
        fetch(self.port, "/internal/force_flush")

    def compact(self):
        self.settle()
        fetch(self.port, "/internal/force_merge")
        wait_until(self._is_merged, "VictoriaMetrics merges")

    def _is_merged(self):
        metrics = fetch(self.port, "/metrics").decode()
        active = re.findall(r'^vm_active_force_merges (\d+)|^vm_active_merges\{.*\} (\d+)', metrics,
                            re.MULTILINE)
        return all(int(a or b) == 0 for a, b in active)

    def stored_bytes(self):
        return (directory_bytes(self.directory / "data/data")
                + directory_bytes(self.directory / "data/indexdb"))

    def query(self, name, workload):
        one = f'plant_v{{tag="{workload.sample_tag}"}}'
        if name == "raw":
            return self._request("/api/v1/export", self._parse_raw, **{"match[]": one})
        if name == "means":
            return self._request("/api/v1/query", self._parse_mean,
                                 query=f"avg_over_time(plant_v[{workload.samples}s])",
                                 time=workload.stop - 0.001)
        series, parse = (one, self._parse_one_mean) if name == "minutes" else (
            "plant_v", self._parse_means)
        # A window ends with its time; so these are the samples of [start, start + 60 s), and so on.
        first = workload.start + BUCKET_SECONDS - 0.001
        return self._request(
            "/api/v1/query_range", parse, query=f"avg_over_time({series}[{BUCKET_SECONDS}s])",
            start=first, end=first + BUCKET_SECONDS * (workload.buckets - 1), step=BUCKET_SECONDS)

    def _request(self, path, parse, **params):
        return Request(self.port, f"{path}?{urlencode({**params, 'nocache': 1})}", parse)

    @staticmethod
    def _parse_raw(answer):
        series = json.loads(answer)
        return [(time_ms / 1000, value)
                for time_ms, value in zip(series["timestamps"], series["values"])]

    @staticmethod
    def _parse_means(answer):
        return {series["metric"]["tag"]: [float(value) for _, value in series["values"]]
                for series in json.loads(answer)["data"]["result"]}

    @staticmethod
    def _parse_one_mean(answer):
        return next(iter(VictoriaMetrics._parse_means(answer).values()))

    @staticmethod
    def _parse_mean(answer):
        return {series["metric"]["tag"]: float(series["value"][1])
                for series in json.loads(answer)["data"]["result"]}


class InfluxDb(Peer):
    name = "InfluxDB"
    package = "influxdb"
    durability = "acknowledged after fsync of its log"
    note = ("no limit of values per tag; snapshot and full compaction after 1 s without writes "
            "instead of 10 minutes and 4 hours")

    def start(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        places = {
            "INFLUXDB_META_DIR": self.directory / "meta",
            "INFLUXDB_DATA_DIR": self.directory / "data",
            "INFLUXDB_DATA_WAL_DIR": self.directory / "wal",
            "INFLUXDB_DATA_MAX_VALUES_PER_TAG": 0,
            "INFLUXDB_BIND_ADDRESS": f"127.0.0.1:{free_port()}",
            "INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{self.port}",
            "INFLUXDB_REPORTING_DISABLED": "true",
            "INFLUXDB_DATA_CACHE_SNAPSHOT_WRITE_COLD_DURATION": "1s",
            "INFLUXDB_DATA_COMPACT_FULL_WRITE_COLD_DURATION": "1s",
        }
        self.service = Service(
            [self.root / "usr/bin/influxd", "run", "-config", "/dev/null"], self.directory / "log",
            {key: str(value) for key, value in places.items()})
        self.service.wait_until(lambda: fetch(self.port, "/ping") == b"")
        fetch(self.port, "/query", urlencode({"q": "CREATE DATABASE bench"}).encode())

    def line_target(self):
        return Target(self.port, "/write?db=bench")

    def compact(self):
        seen = []

        def is_quiet():
            """There are files, and they have stayed the same for five seconds."""
            seen.append(self.stored_bytes())
            time.sleep(1)
            return seen[-1] > 0 and seen[-6:] == [seen[-1]] * 6

        wait_until(is_quiet, "InfluxDB compaction")

    def stored_bytes(self):
        """Without its index of series, which it writes into files of fixed length."""
        return directory_bytes(self.directory / "data/bench/autogen")

    def query(self, name, workload):
        between = f"time >= {workload.start}s AND time < {workload.stop}s"
        one = f"\"tag\" = '{workload.sample_tag}'"
        if name == "raw":
            return self._request(f"SELECT v FROM plant WHERE {one}", self._parse_raw)
        if name == "minutes":
            return self._request(
                f"SELECT mean(v) FROM plant WHERE {one} AND {between} GROUP BY time(1m)",
                self._parse_one_mean)
        if name == "minutes_all":
            return self._request(
                f'SELECT mean(v) FROM plant WHERE {between} GROUP BY time(1m), "tag"',
                self._parse_means)
        return self._request(f'SELECT mean(v) FROM plant WHERE {between} GROUP BY "tag"',
                             self._parse_mean)

    def _request(self, query, parse):
        params = urlencode({"db": "bench", "epoch": "s", "q": query})
        return Request(self.port, f"/query?{params}", parse)

    @staticmethod
    def _series(answer):
        return json.loads(answer)["results"][0]["series"]

    @staticmethod
    def _parse_raw(answer):
        return [tuple(row) for row in InfluxDb._series(answer)[0]["values"]]

    @staticmethod
    def _parse_one_mean(answer):
        return [mean for _, mean in InfluxDb._series(answer)[0]["values"]]

    @staticmethod
    def _parse_means(answer):
        return {series["tags"]["tag"]: [mean for _, mean in series["values"]]
                for series in InfluxDb._series(answer)}

    @staticmethod
    def _parse_mean(answer):
        return {tag: means[0] for tag, means in InfluxDb._parse_means(answer).items()}


class ClickHouse(Peer):
    name = "ClickHouse"
    package = "clickhouse-server"
    durability = "acknowledged when written to the operating system, without a sync"
    note = "MergeTree ORDER BY (tag, ts), tag String, ts DateTime, value Float64, LZ4"
    takes_lines = False
    bulk_format = "tsv"

    def start(self, directory):
        self.directory = Path(directory)
        config = self.directory / "config"
        self.port = free_port()
        if not config.exists():
            shutil.copytree(self.root / "etc/clickhouse-server", config)
        (config / "config.d").mkdir(exist_ok=True)
        (config / "config.d/bench.xml").write_text(self._settings())
        self.service = Service(
            [self.root / "usr/sbin/clickhouse-server", f"--config-file={config / 'config.xml'}"],
            self.directory / "stdout", self.libraries)
        self.service.wait_until(lambda: fetch(self.port, "/ping"))
        self.execute("CREATE TABLE IF NOT EXISTS samples (tag String, ts DateTime, value Float64) "
                     "ENGINE = MergeTree PARTITION BY toYYYYMM(ts) ORDER BY (tag, ts)")

    def _settings(self):
        values = {
            "http_port": self.port, "tcp_port": free_port(), "interserver_http_port": free_port(),
            "listen_host": "127.0.0.1", "path": f"{self.directory / 'data'}/",
            "tmp_path": f"{self.directory / 'tmp'}/",
            "format_schema_path": f"{self.directory / 'schemas'}/",
        }
        lines = [f'<{key} replace="replace">{value}</{key}>' for key, value in values.items()]
        log = (f'<logger><log replace="replace">{self.directory / "log"}</log>'
               f'<errorlog replace="replace">{self.directory / "errors"}</errorlog></logger>')
        return "<yandex>" + "".join(lines) + log + "</yandex>"

    def execute(self, sql):
        return fetch(self.port, "/", sql.encode()).decode()

    def bulk_target(self):
        query = urlencode({"query": "INSERT INTO samples FORMAT TabSeparated"})
        return Target(self.port, f"/?{query}")

    def compact(self):
        self.execute("OPTIMIZE TABLE samples FINAL")

    def stored_bytes(self):
        return int(self.execute("SELECT sum(bytes_on_disk) FROM system.parts "
                                "WHERE active AND table = 'samples'"))

    def query(self, name, workload):
        one = f"tag = '{workload.sample_tag}'"
        if name == "raw":
            return self._request(
                f"SELECT toUnixTimestamp(ts), value FROM samples WHERE {one} ORDER BY ts",
                lambda answer: [(float(time), float(value)) for time, value in _rows(answer)])
        if name == "minutes":
            return self._request(
                f"SELECT toStartOfMinute(ts) AS minute, avg(value) FROM samples WHERE {one} "
                "GROUP BY minute ORDER BY minute",
                lambda answer: [float(mean) for _, mean in _rows(answer)])
        if name == "minutes_all":
            return self._request(
                "SELECT tag, toStartOfMinute(ts) AS minute, avg(value) FROM samples "
                "GROUP BY tag, minute", self._parse_means)
        return self._request("SELECT tag, avg(value) FROM samples GROUP BY tag",
                             lambda answer: {tag: float(mean) for tag, mean in _rows(answer)})

    def _request(self, sql, parse):
        return Request(self.port, f"/?{urlencode({'query': sql})}", parse)

    @staticmethod
    def _parse_means(answer):
        means = {}
        for tag, _, mean in sorted(_rows(answer)):
            means.setdefault(tag, []).append(float(mean))
        return means


def _rows(answer):
    return [line.split("\t") for line in answer.decode().splitlines()]


PEERS = {"victoria-metrics": VictoriaMetrics, "influxdb": InfluxDb, "clickhouse": ClickHouse}



"""A sync that fails once: the server takes no more appends and says so, nothing that it acknowledged
was not synced, reads go on, and after a restart all that was acknowledged is there.

strace makes the Nth fdatasync or fsync of a thread fail with EIO. BEDPLATE_SYNC_FAILURES sets how many
servers become read-only by it (4; 60 in the long form), BEDPLATE_SEED the seed.
"""

import collections
import json
import os
import random
import time
import unittest
from http.client import HTTPException

from bedplate_process import Plant
from fault_support import IS_LONG, MEMORY_DISK, SEED, Actor, Refused, Tracer, samples_of, say

FAILURES = int(os.environ.get("BEDPLATE_SYNC_FAILURES", "60" if IS_LONG else "4"))
HEAD_BYTES = 64 * 1024
FIRST_NS = 1_600_000_000_000_000_000
CLIENTS = 3
POINTS = 20
APPENDS = 250
READ_ONLY = "servers that were read-only"
# Some do not start, and in some the call never comes.
MOST_SERVERS = 20
REFUSALS = 20  # after which a client gives up


class Append:
    def __init__(self, series, number):
        self.tag = f"sync/{series}/n"
        self.points = {FIRST_NS + (number * POINTS + i) * 1_000_000: number * POINTS + i for i in range(POINTS)}
        self.body = "".join(f"sync,w={series} n={n}i {time_ns}\n" for time_ns, n in self.points.items())

    def send(self, actor):
        actor.exchange("POST", "/write", self.body)

    def apply(self, stored):
        stored[self.tag].update(self.points)


class Client(Actor):
    """Goes on after a refusal, as clients do, for a while."""

    refusals = ()

    def run(self):
        self.refusals = []
        try:
            for operation in self.operations:
                try:
                    operation.send(self)
                    operation.apply(self.stored)
                    self.acknowledged += 1
                except Refused as refusal:
                    self.refusals.append(refusal)
                    if len(self.refusals) >= REFUSALS:
                        break
        except (OSError, HTTPException) as error:
            self.failure = repr(error)
        finally:
            self.hang_up()


class FailedSync(unittest.TestCase):
    def test_the_server_takes_no_more_appends_and_nothing_acknowledged_was_not_synced(self):
        Tracer.require()
        say(f"seed {SEED}, {FAILURES} failing syncs")
        chance = random.Random(SEED)
        self.figures = collections.Counter()
        started = time.monotonic()
        for number in range(MOST_SERVERS * FAILURES):
            if self.figures[READ_ONLY] >= FAILURES:
                break
            # A server syncs some files of its own before it takes appends: few of the lower numbers.
            call, ordinal = chance.choice((("fdatasync", 12), ("fdatasync", 8), ("fsync", 14)))
            self.one_server(call, chance.randrange(ordinal // 2, ordinal), f"seed {SEED}, server {number + 1}")
        say(f"{number} servers in {time.monotonic() - started:.0f} s: "
            + ", ".join(f"{count} {what}" for what, count in sorted(self.figures.items())))
        self.assertEqual(self.figures[READ_ONLY], FAILURES)

    def one_server(self, call, ordinal, about):
        about += f", {call} number {ordinal} of a thread fails"
        with Plant(MEMORY_DISK) as plant:
            fault = Tracer.injecting(call, f"error=EIO:when={ordinal}")
            try:
                plant.serve("--head-bytes", str(HEAD_BYTES), wrapper=fault)
            except AssertionError:
                self.not_started(plant, about)
                return
            clients = [Client(plant, [Append(f"w{i}", n) for n in range(APPENDS)]) for i in range(CLIENTS)]
            for client in clients:
                client.start()
            for client in clients:
                client.join(timeout=120)
                self.assertFalse(client.is_alive(), about)
                self.assertIsNone(client.failure, about)
            self.look(plant, clients, about)
            plant.kill()
            checked = plant.cli("check")
            self.assertEqual(checked.returncode, 0, f"{about}\n{checked.stdout}{checked.stderr}")
            plant.serve()
            for client in clients:
                self.compare(plant, client, about)
            self.assertEqual(plant.write("sync,w=after n=1i 1600000000000000000")[0], 204, about)
            self.assertEqual(plant.request("GET", "/health")[0], 200, about)

    def not_started(self, plant, about):
        """A sync that fails while a server starts ends it, with a word; it starts when asked again."""
        self.figures["servers that did not start"] += 1
        self.assertGreater(plant.process.wait(timeout=20), 0, about)
        self.assertIn("Input/output error", plant.log(), about)
        plant.kill()
        plant.serve()
        self.assertEqual(plant.write("sync,w=after n=1i 1600000000000000000")[0], 204, about)

    def look(self, plant, clients, about):
        """What a server says of itself whose sync failed."""
        self.figures["appends acknowledged"] += sum(client.acknowledged for client in clients)
        refusals = [refusal for client in clients for refusal in client.refusals]
        status, _, body = plant.request("GET", "/health")
        if not refusals and status == 200:
            return  # the call that was to fail never came, or was not one of the store
        self.figures[READ_ONLY] += 1
        self.figures["appends refused"] += len(refusals)
        self.assertEqual(status, 503, about)
        self.assertIn("read-only", json.loads(body)["message"], about)
        for refusal in refusals:
            self.assertEqual(refusal.status, 503, about)
        status, headers, body = plant.request(
            "POST", "/api/v1/append", headers={"Content-Type": "application/json"},
            body=json.dumps({"source": "test", "batches": [
                {"tag": "sync/w0/n", "type": "int64", "times_ns": [1], "values": [1]}]}))
        self.assertEqual(status, 503, f"{about}: {body!r}")
        self.assertEqual(headers["Content-Type"], "application/problem+json", about)
        self.assertIn("read-only", body.decode(), about)
        metrics = plant.request("GET", "/metrics")[2].decode()
        self.assertIn("bedplate_healthy 0\n", metrics, about)
        for client in clients:  # reads go on
            self.compare(plant, client, about)
        counted = plant.sql("SELECT count(*) FROM samples('sync/**')")["columns"][0]["values"][0]
        self.assertGreaterEqual(counted, sum(len(points) for client in clients
                                             for points in client.stored.values()), about)

    def compare(self, plant, client, about):
        """All of what was acknowledged, and nothing that was never sent."""
        sent = collections.defaultdict(dict)
        for operation in client.operations:
            operation.apply(sent)
        for tag, points in client.stored.items():
            found = samples_of(plant, tag)
            self.assertLessEqual(points.items(), found.items(), f"{about}: {tag} lost what was acknowledged")
            self.assertLessEqual(found.items(), sent[tag].items(), f"{about}: {tag} holds what nobody sent")


if __name__ == "__main__":
    unittest.main()

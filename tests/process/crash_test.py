"""kill -9 at random moments under a write load: nothing acknowledged is lost, nothing is damaged.

The server is given a small head, so that the kills also hit flushes, manifests, dropped logs and
compactions. BEDPLATE_KILLS sets how often (200 if not said), BEDPLATE_SEED the seed, which is printed.
"""

import http.client
import os
import random
import threading
import time
import unittest

from bedplate_process import Plant

KILLS = int(os.environ.get("BEDPLATE_KILLS", "200"))
SEED = int(os.environ.get("BEDPLATE_SEED", str(random.SystemRandom().randrange(1 << 32))))
WRITERS = 2
POINTS_PER_REQUEST = 50
FIRST_NS = 1_600_000_000_000_000_000
READ_EVERY = 20
HEAD_BYTES = 64 * 1024


class Writer(threading.Thread):
    """Writes its own series upwards without a gap and knows how far it was acknowledged."""

    def __init__(self, plant, name, first):
        super().__init__(daemon=True)
        self.plant, self.series, self.next, self.failure = plant, name, first, None

    def body(self):
        numbers = range(self.next, self.next + POINTS_PER_REQUEST)
        return "".join(f"load,w={self.series} n={n}i {FIRST_NS + n * 1_000_000}\n" for n in numbers)

    def run(self):
        connection = self.plant.connect(timeout=10)
        try:
            while self.write_once(connection):
                pass
        except (OSError, http.client.HTTPException):
            pass  # the server was killed
        except Exception as error:  # pylint: disable=broad-except
            self.failure = repr(error)
        finally:
            connection.close()

    def write_once(self, connection):
        connection.request("POST", "/write", body=self.body(),
                           headers={"Authorization": f"Bearer {self.plant.token}"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 204:
            self.failure = f"{answer.status} {text!r}"
            return False
        self.next += POINTS_PER_REQUEST
        return True


class CrashTest(unittest.TestCase):
    def check_series(self, plant, name, acknowledged):
        """Every acknowledged point is there with its value; what follows is whole requests."""
        path, got, start_ms = f"load/{name}/n", 0, FIRST_NS // 10**6
        while True:
            page = plant.get("/api/v1/samples", tag=path, time="ns", limit=1_000_000, **{"from": start_ms})
            for time_ns, value in zip(page["times"], page["values"]):
                self.assertEqual((time_ns, value), (FIRST_NS + got * 1_000_000, got), f"{path}, seed {SEED}")
                got += 1
            if page["next"] is None:
                break
            start_ms = page["next"]
        self.assertGreaterEqual(got, acknowledged, f"{path}: acknowledged samples are gone, seed {SEED}")
        self.assertEqual(got % POINTS_PER_REQUEST, 0, f"{path}: half a request, seed {SEED}")
        return got

    def test_kill_nine_loses_nothing_acknowledged(self):
        print(f"seed {SEED}, {KILLS} kills", flush=True)
        chance = random.Random(SEED)
        positions = {f"w{i}": 0 for i in range(WRITERS)}
        with Plant() as plant:
            for round_number in range(1, KILLS + 1):
                self.kill_once(plant, chance, positions)
                if round_number % READ_EVERY == 0 or round_number == KILLS:
                    self.read_all(plant, positions)
            self.assertGreater(min(positions.values()), 0)
            print(f"{sum(positions.values())} samples acknowledged, all there", flush=True)

    def kill_once(self, plant, chance, positions):
        plant.serve("--head-bytes", str(HEAD_BYTES))
        writers = [Writer(plant, name, at) for name, at in positions.items()]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.0, 0.25))
        plant.kill()
        for writer in writers:
            writer.join()
            self.assertIsNone(writer.failure, f"seed {SEED}")
            positions[writer.series] = writer.next
        checked = plant.cli("check")
        self.assertEqual(checked.returncode, 0, f"seed {SEED}\n{checked.stdout}{checked.stderr}")

    def read_all(self, plant, positions):
        plant.serve()
        for name, acknowledged in positions.items():
            if acknowledged:
                positions[name] = self.check_series(plant, name, acknowledged)
        self.assertEqual(plant.stop(), 0, plant.log())


if __name__ == "__main__":
    unittest.main()

"""The example clients of the binary append, against a server that is killed between two runs."""

import json
import os
import subprocess
import sys
import unittest
from urllib.parse import urlsplit

from bedplate_process import SOURCE, Plant

EXAMPLES = SOURCE / "examples" / "append"
CPP_CLIENT = os.environ["BEDPLATE_APPEND_EXAMPLE"]


class ExampleClients(unittest.TestCase):
    def run_client(self, plant, *command):
        address = urlsplit(plant.address)
        done = subprocess.run([*command, address.hostname, str(address.port), plant.token],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def check(self, prefix, *command):
        with Plant() as plant:
            plant.serve()
            first = self.run_client(plant, *command)
            self.assertEqual((first["repeated"], first["stored"]), (False, 2000))
            self.assertTrue(self.run_client(plant, *command)["repeated"])
            plant.kill()
            plant.serve()
            self.assertTrue(self.run_client(plant, *command)["repeated"])
            tags = plant.get("/api/v1/samples", tag=f"{prefix}/pieces", limit=2000,
                             **{"from": "2023-11-14T00:00:00Z", "to": "2023-11-15T00:00:00Z"})
            self.assertIn("999", json.dumps(tags))

    def test_python(self):
        self.check("example/python", sys.executable, str(EXAMPLES / "append.py"))

    def test_cpp(self):
        self.check("example/cpp", CPP_CLIENT)


if __name__ == "__main__":
    unittest.main()

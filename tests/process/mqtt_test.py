"""A source of kind mqtt against Mosquitto: what the broker has taken is stored, once and whole, whoever
is killed meanwhile; what is no value is a dead letter; what is declared anew runs anew.

BEDPLATE_BROKER_KILLS sets how often the broker is killed (3; 50 in the long form), BEDPLATE_NETWORK_CUTS
how often the network is cut (4; 50).
"""

import json
import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from bad_network import FAULTS, GOOD, BadNetwork
from bedplate_process import Plant
from broker import Broker, Publisher
from fault_support import IS_LONG, say

KILLS = int(os.environ.get("BEDPLATE_BROKER_KILLS", "50" if IS_LONG else "3"))
CUTS = int(os.environ.get("BEDPLATE_NETWORK_CUTS", "50" if IS_LONG else "4"))
FAULT_SECONDS = 1.5
FIRST_MS = 1_700_000_000_000
TAGS = 10
MESSAGES = 500  # between two faults
BURST = 20_000
RESUME_SECONDS = 5
PATIENCE_SECONDS = 30

RULE = '{topic: "line/{name}", value: /v, time: /t, to: "acme/{name}"}'


def source_yaml(url, more=(), rules=(RULE,)):
    lines = ["format: bedplate/plant/1", "sources:", "  line:", "    kind: mqtt", f"    url: {url}",
             *(f"    {line}" for line in more), "    map:", *(f"      - {rule}" for rule in rules)]
    return "\n".join(lines) + "\n"


class MqttTest(unittest.TestCase):
    def setUp(self):
        self.plant = Plant()
        self.addCleanup(self.plant.close)
        self.sent = 0

    def broker(self, *settings):
        broker = Broker(*settings)
        self.addCleanup(broker.close)
        return broker

    def apply(self, text):
        path = self.plant.directory.parent / "sources.yaml"
        path.write_text(text)
        return self.plant.cli("apply", path)

    def declare(self, broker, **options):
        """`broker`: or what stands before one."""
        applied = self.apply(source_yaml(f"mqtt://127.0.0.1:{broker.port}", **options))
        self.assertEqual(applied.returncode, 0, applied.stderr)

    def source(self):
        return self.plant.get("/api/v1/sources")["sources"][0]

    def wait_for(self, condition, what, seconds=PATIENCE_SECONDS):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"not within {seconds} s: {what}; {self.source()}; {self.plant.log()}")
            time.sleep(0.01)

    def wait_until_subscribed(self):
        self.wait_for(lambda: self.source()["counts"]["connections"] > 0, "a connection")

    def messages(self, count):
        """The next ones of a stream that both ends know."""
        numbers = range(self.sent, self.sent + count)
        self.sent += count
        return [(f"line/t{n % TAGS}", json.dumps({"v": n, "t": FIRST_MS + n})) for n in numbers]

    def stored(self):
        """How many samples there are, and the sum of their values."""
        answer = self.plant.sql("SELECT count(*) AS n, sum(value) AS total FROM samples('acme/**')")
        return tuple(column["values"][0] for column in answer["columns"])

    def check_all_is_stored_once(self):
        expected = (self.sent, self.sent * (self.sent - 1) // 2)
        self.wait_for(lambda: self.stored() == expected, f"{expected}, but {self.stored()}")

    def test_what_the_broker_has_is_stored_and_shown(self):
        broker = self.broker()
        self.declare(broker)
        self.plant.serve()
        self.wait_until_subscribed()
        publisher = Publisher(broker.port)
        publisher.publish(self.messages(MESSAGES))
        self.check_all_is_stored_once()
        source = self.source()
        self.assertEqual(source["state"], "live")
        self.assertEqual(source["counts"]["stored"], MESSAGES)
        publisher.publish([("line/t1", "{}"), ("line/t1", "no json"), ("other/topic", "1")])
        self.wait_for(lambda: self.source()["counts"]["refused"] == 2, "two dead letters")
        letters = self.plant.get("/api/v1/dead-letters")["letters"]
        self.assertEqual({letter["code"] for letter in letters}, {"bad-payload"})
        self.assertEqual({letter["source"] for letter in letters}, {"line"})
        self.assertIn("live", self.plant.cli("sources").stdout)
        publisher.close()

    def test_a_burst_is_more_than_a_broker_should_send_ahead(self):
        broker = self.broker()
        self.declare(broker)
        self.plant.serve()
        self.wait_until_subscribed()
        publisher = Publisher(broker.port)
        publisher.publish(self.messages(BURST))
        self.check_all_is_stored_once()
        self.assertEqual(self.source()["counts"]["failures"], 0)
        publisher.close()

    def test_a_broker_that_is_killed_again_and_again(self):
        broker = self.broker()
        self.declare(broker)
        self.plant.serve()
        self.wait_until_subscribed()
        slowest = 0
        for _ in range(KILLS):
            publisher = Publisher(broker.port)
            batch = self.messages(MESSAGES)
            publisher.publish(batch)  # whatever of it the broker gave on before it dies
            broker.kill()
            publisher.close()
            connections = self.source()["counts"]["connections"]
            broker.start()
            begin = time.monotonic()
            self.wait_for(lambda: self.source()["counts"]["connections"] > connections,
                          "the source is connected again", RESUME_SECONDS)
            slowest = max(slowest, time.monotonic() - begin)
            # What a broker loses that keeps nothing is sent again; it has the same times.
            publisher = Publisher(broker.port)
            publisher.publish(batch)
            publisher.close()
            self.check_all_is_stored_once()
        say(f"{KILLS} kills of the broker, {self.sent} samples stored once, connected again within "
            f"{slowest:.2f} s")

    def test_a_server_that_is_killed_loses_and_repeats_nothing(self):
        broker = self.broker()
        self.declare(broker)
        self.plant.serve()
        self.wait_until_subscribed()
        publisher = Publisher(broker.port)
        for _ in range(KILLS):
            publisher.publish(self.messages(MESSAGES))
            self.plant.kill()
            publisher.publish(self.messages(MESSAGES))  # the broker keeps it for the session
            self.plant.serve()
            self.check_all_is_stored_once()
        publisher.close()
        say(f"{KILLS} kills of the server, {self.sent} samples stored once")

    def test_a_network_that_is_cut_again_and_again(self):
        broker = self.broker()
        network = BadNetwork(broker.port)
        self.addCleanup(network.close)
        self.declare(network)
        self.plant.serve()
        self.wait_until_subscribed()
        publisher = Publisher(broker.port)
        slowest = 0
        for cut in range(CUTS):
            publisher.publish(self.messages(MESSAGES))
            fault = ("reset", *FAULTS)[cut % (1 + len(FAULTS))]
            if fault == "reset":
                network.reset()
            else:
                network.set(fault)
                publisher.publish(self.messages(MESSAGES))  # kept by the broker, or on its way
                time.sleep(FAULT_SECONDS)
            network.set(GOOD)
            begin = time.monotonic()
            publisher.publish(self.messages(1))
            expected = (self.sent, self.sent * (self.sent - 1) // 2)
            self.wait_for(lambda: self.stored() == expected, f"all is stored after {fault}",
                          RESUME_SECONDS)
            slowest = max(slowest, time.monotonic() - begin)
        publisher.close()
        say(f"{CUTS} cuts of the network, {self.sent} samples stored once, all of them within "
            f"{slowest:.2f} s of its return")

    def test_a_changed_declaration_runs_without_a_restart(self):
        broker = self.broker()
        self.plant.serve()
        self.assertEqual(self.plant.get("/api/v1/sources")["sources"], [])
        self.declare(broker)
        self.wait_until_subscribed()
        publisher = Publisher(broker.port)
        publisher.publish([("line/a", '{"v": 1, "t": 1}')])
        self.wait_for(lambda: self.stored() == (1, 1), "the first value")
        self.declare(broker, rules=('{topic: "line/{x}", value: /v, time: /t, to: "acme/new/{x}"}',))
        self.wait_until_subscribed()
        publisher.publish([("line/a", '{"v": 2, "t": 1}')])
        self.wait_for(lambda: self.stored() == (2, 3), "both values")
        applied = self.apply("format: bedplate/plant/1\nsources: {}\n")
        self.assertEqual(applied.returncode, 0, applied.stderr)
        self.assertEqual(self.plant.get("/api/v1/sources")["sources"], [])
        publisher.close()

    def test_faults_of_a_declaration_name_their_place(self):
        for text, fault in (("kind: mqqt", "a kind of source"), ("kind: mqtt", "sources.line.url")):
            applied = self.apply(f"format: bedplate/plant/1\nsources:\n  line:\n    {text}\n")
            self.assertEqual(applied.returncode, 3, applied.stderr)
            self.assertIn(fault, applied.stderr)

    def test_a_broker_that_is_not_there_is_said(self):
        broker = self.broker()
        broker.kill()
        self.declare(broker)
        self.plant.serve()
        self.wait_for(lambda: self.source()["state"] == "failing", "failing")
        source = self.source()
        self.assertIn("cannot connect to 127.0.0.1", source["why"])
        self.assertIsNotNone(source["next_try"])

    def test_tls_with_a_certificate_and_a_password(self):
        with tempfile.TemporaryDirectory() as folder:
            pki = Pki(Path(folder))
            (Path(folder) / "passwords").touch()
            subprocess.run(["mosquitto_passwd", "-b", f"{folder}/passwords", "bedplate", "open sesame"],
                           check=True, capture_output=True)
            broker = self.broker(
                f"cafile {pki.authority}", f"certfile {pki.server[0]}", f"keyfile {pki.server[1]}",
                "require_certificate true", f"password_file {folder}/passwords",
                "allow_anonymous false")
            more = ["user: bedplate", "password: {secret: broker}",
                    f"tls: {{ca: {pki.authority}, certificate: {pki.client[0]}, key: {{secret: key}}}}"]
            self.assertEqual(self.plant.cli("secret", "set", "key",
                                            stdin=pki.client[1].read_text()).returncode, 0)
            self.assertEqual(self.plant.cli("secret", "set", "broker", stdin="wrong\n").returncode, 0)
            applied = self.apply(source_yaml(f"mqtts://127.0.0.1:{broker.port}", more))
            self.assertEqual(applied.returncode, 0, applied.stderr)
            self.plant.serve()
            self.wait_for(lambda: self.source()["state"] == "failing", "failing")
            self.assertIn("refused the connection", self.source()["why"])
            self.plant.cli("secret", "set", "broker", stdin="open sesame\n")
            self.plant.stop()
            self.plant.serve()
            self.wait_until_subscribed()
            # A server that another authority vouches for is not spoken to.
            other = [line.replace(str(pki.authority), str(pki.stranger)) for line in more]
            self.apply(source_yaml(f"mqtts://127.0.0.1:{broker.port}", other))
            self.wait_for(lambda: "not trusted" in self.source()["why"], "a certificate is refused")


class Pki:
    """Certificates of a test's own authority, made with openssl."""

    def __init__(self, folder):
        self._folder = folder
        self.authority, key = self._authority("authority")
        self.stranger, _ = self._authority("stranger")
        self.server = self._signed("server", key, "subjectAltName=IP:127.0.0.1")
        self.client = self._signed("client", key, "subjectAltName=DNS:bedplate")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def _authority(self, name):
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj",
                      f"/CN={name}", "-keyout", key, "-out", certificate)
        return certificate, key

    def _signed(self, name, authority_key, extension):
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        request, extensions = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        extensions.write_text(extension + "\n")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key,
                      "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", authority_key,
                      "-CAcreateserial", "-days", 2, "-extfile", extensions, "-out", certificate)
        for path in (certificate, key):
            path.chmod(0o644)  # mosquitto gives root's rights up before it reads them
        return certificate, key


if __name__ == "__main__":
    unittest.main()

"""Mosquitto as a process of a test, and a publisher that knows what the broker has taken."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

START_SECONDS = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """Mosquitto on the loopback; it keeps its port over restarts."""

    def __init__(self, *settings):
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self._folder = tempfile.TemporaryDirectory(prefix="broker-")
        self.port = free_port()
        configuration = Path(self._folder.name) / "mosquitto.conf"
        configuration.write_text("\n".join([
            f"listener {self.port} 127.0.0.1", "max_queued_messages 0", "max_inflight_messages 0",
            *(["user root"] if os.geteuid() == 0 else []),  # else it could not read what is ours
            *(settings or ["allow_anonymous true"]), ""]))
        self._command = [program, "-c", str(configuration)]
        self._log = open(Path(self._folder.name) / "log", "w+b")
        self.process = None
        try:
            self.start()
        except OSError as error:
            self._log.seek(0)
            text = self._log.read().decode(errors="replace")
            self.close()
            raise AssertionError(f"mosquitto did not start: {text}") from error

    def start(self):
        self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=self._log,
                                        stderr=self._log)
        deadline = time.monotonic() + START_SECONDS
        while True:  # ends with the deadline
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.kill()
        self._log.close()
        self._folder.cleanup()


def _text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def _packet(first_byte, body):
    length, header = len(body), bytearray([first_byte])
    while True:
        header.append(length % 128 | (0x80 if length > 127 else 0))
        length //= 128
        if not length:
            return bytes(header) + body


class Publisher:
    """Publishes with QoS 1 over MQTT 3.1.1. Errors of the connection are those of sockets."""

    def __init__(self, port, name="publisher"):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.sendall(_packet(0x10, _text("MQTT") + b"\x04\x02\x00\x3c" + _text(name)))
        self._in = self._socket.makefile("rb")
        if self._next() != (0x20, b"\x00\x00"):
            raise ConnectionError("the broker refused the connection")
        self._id = 0

    def _next(self):
        first = self._in.read(1)
        if not first:
            raise ConnectionError("the broker closed the connection")
        length = self._in.read(1)[0]  # of what a publisher is sent, always short
        return first[0], self._in.read(length)

    def publish(self, messages):
        """Returns when the broker has taken all of the (topic, payload) pairs."""
        waiting = set()
        packets = bytearray()
        for topic, payload in messages:
            self._id = self._id % 65535 + 1
            waiting.add(self._id)
            packets += _packet(0x32, _text(topic) + struct.pack(">H", self._id) + payload.encode())
        self._socket.sendall(packets)
        while waiting:
            kind, body = self._next()
            if kind == 0x40:
                waiting.discard(struct.unpack(">H", body[:2])[0])

    def close(self):
        self._in.close()
        self._socket.close()

"""A TCP proxy on the loopback that can be told to be a bad network."""

import selectors
import socket
import struct
import threading
import time

GOOD = "good"
BLACK_HOLE = "black hole"    # takes what comes and gives nothing on, and no connection gets an answer
HALF_OPEN = "half open"      # towards the server all is well, from it nothing comes
TRICKLE = "trickle"          # one byte a second
FAULTS = (BLACK_HOLE, HALF_OPEN, TRICKLE)
TRICKLE_SECONDS = 1
CHUNK_BYTES = 1 << 16
LOOK_SECONDS = 0.02


class BadNetwork:
    """Between clients of `port` and the server at `target_port`. Bytes that a fault holds back are
    kept and go on when it is over, as TCP would send them again."""

    def __init__(self, target_port):
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._mode = GOOD
        self._pairs = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def set(self, mode):
        self._mode = mode

    def reset(self):
        """Ends every connection with RST, on both sides."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.close()

    def close(self):
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()
        for thread in self._threads:
            thread.join(timeout=5)

    def _accept(self):
        while not self._ended.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target_port), timeout=5)
            except OSError:
                if self._ended.is_set():
                    return
                client.close()  # there is no server now
                continue
            with self._lock:
                self._pairs.append((client, server))
            thread = threading.Thread(target=self._carry, args=(client, server), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _carry(self, client, server):
        held = {client: bytearray(), server: bytearray()}  # read from one, for the other
        other = {client: server, server: client}
        last_byte = 0.0
        try:
            with selectors.DefaultSelector() as selector:
                for end in (client, server):
                    end.settimeout(5)
                    selector.register(end, selectors.EVENT_READ)
                while not self._ended.is_set():
                    for key, _ in selector.select(LOOK_SECONDS):
                        data = key.fileobj.recv(CHUNK_BYTES)
                        if not data:
                            return
                        held[key.fileobj] += data
                    for end, data in held.items():
                        if not data or not self._passes(end is server, last_byte):
                            continue
                        count = 1 if self._mode == TRICKLE else len(data)
                        last_byte = time.monotonic()
                        other[end].sendall(data[:count])
                        del data[:count]
        except (OSError, ValueError):
            pass  # one side is gone
        finally:
            client.close()
            server.close()

    def _passes(self, from_server, last_byte):
        if self._mode == BLACK_HOLE or (self._mode == HALF_OPEN and from_server):
            return False
        return self._mode != TRICKLE or time.monotonic() - last_byte >= TRICKLE_SECONDS

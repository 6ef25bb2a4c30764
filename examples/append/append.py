"""Sends samples of a few tags to Bedplate as a binary append (docs/formats/append.md).

    python3 append.py HOST PORT TOKEN
"""

import array
import http.client
import math
import struct
import sys
import time

DOUBLE, INT64 = 1, 2
SOURCE = "example-python"
START_SECONDS = 1_700_000_000


def padded(part):
    """Zeros up to a multiple of 8 bytes."""
    return part + bytes(-len(part) % 8)


def little_endian(column):
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def block(path, times_ns, values, unit=""):
    """Samples of one tag; doubles unless every value is an int."""
    whole = all(isinstance(value, int) for value in values)
    name, unit_name = path.encode(), unit.encode()
    head = struct.pack("<IHHBB6x", len(times_ns), len(name), len(unit_name),
                       INT64 if whole else DOUBLE, 0)
    return (padded(head + name + unit_name) + little_endian(array.array("q", times_ns)) +
            little_endian(array.array("q" if whole else "d", values)))


def body(blocks):
    return b"BEDPLAPP" + struct.pack("<II", 1, 0) + b"".join(blocks)


def send(host, port, token, content, sequence, attempts=10):
    """Sends until it is acknowledged; a body that is sent twice is stored once."""
    headers = {"Authorization": f"Bearer {token}",
               "Content-Type": "application/vnd.bedplate.append",
               "Bedplate-Source": SOURCE, "Bedplate-Sequence": str(sequence)}
    for _ in range(attempts):
        connection = http.client.HTTPConnection(host, port, timeout=60)
        try:
            connection.request("POST", "/api/v1/append", content, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except OSError as error:  # whether it was stored is not known: send it again
            print(f"again, as {error}", file=sys.stderr)
            time.sleep(1)
            continue
        finally:
            connection.close()
        if answer.status == 200:
            return text
        if answer.status != 503:
            raise RuntimeError(f"{answer.status}: {text}")
        time.sleep(int(answer.getheader("Retry-After", "1")))
    raise RuntimeError(f"not acknowledged after {attempts} attempts")


def main(host, port, token):
    times = [(START_SECONDS + i) * 1_000_000_000 for i in range(1000)]
    content = body([
        block("example/python/temperature", times, [20 + math.sin(i / 60) for i in range(1000)],
              unit="degC"),
        block("example/python/pieces", times, list(range(1000)))])
    print(send(host, int(port), token, content, sequence=1))


if __name__ == "__main__":
    main(*sys.argv[1:])

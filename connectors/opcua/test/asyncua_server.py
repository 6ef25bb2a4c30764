"""An OPC UA server on asyncua, an independent stack, driven by lines on standard input.

Commands: `tick N` writes the next N numbers, `bad` writes a bad status, `stop` ends it.
"""

import asyncio
import datetime
import sys

from asyncua import Server, ua

NAMESPACE = "urn:bedplate:asyncua"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


async def build(server, url):
    await server.init()
    server.set_endpoint(url)
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(NAMESPACE)
    plant = await server.nodes.objects.add_object(ua.NodeId("Plant", index), f"{index}:Plant")
    make = plant.add_variable
    counter = await make(ua.NodeId("Counter", index), f"{index}:Counter", 0, ua.VariantType.Int64)
    wide = 2**63 - 1
    await make(ua.NodeId("Wide", index), f"{index}:Wide", wide, ua.VariantType.Int64)
    await make(ua.NodeId("Row", index), f"{index}:Row", [1.5, 2.5], ua.VariantType.Double)
    await make(ua.NodeId("Name", index), f"{index}:Name", "filler", ua.VariantType.String)
    return counter


async def main(url):
    server = Server()
    counter = await build(server, url)
    async with server:
        await server.historize_node_data_change(counter, period=None, count=100_000)
        print("ready", flush=True)
        number = 0
        while True:
            line = await asyncio.to_thread(sys.stdin.readline)
            words = line.split()
            if not words or words[0] == "stop":
                return
            if words[0] == "bad":
                status = ua.StatusCode(ua.StatusCodes.BadSensorFailure)
                value = ua.Variant(number, ua.VariantType.Int64)
                await counter.write_value(ua.DataValue(value, status, SourceTimestamp=now()))
                continue
            for _ in range(int(words[1])):
                number += 1
                value = ua.Variant(number, ua.VariantType.Int64)
                await counter.write_value(ua.DataValue(value, SourceTimestamp=now()))
                await asyncio.sleep(0.002)
            print(f"ticked {number}", flush=True)


asyncio.run(main(sys.argv[1]))

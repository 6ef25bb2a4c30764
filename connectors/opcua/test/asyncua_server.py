"""An OPC UA server on asyncua, an independent stack, driven by lines on standard input.

Arguments: its address, and a folder for its key and certificate.
Commands: `tick N` writes the next N numbers, `bad` writes a bad status, `stop` ends it.
"""

import asyncio
import datetime
import pathlib
import socket
import sys

from asyncua import Server, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from cryptography.x509.oid import ExtendedKeyUsageOID

NAMESPACE = "urn:bedplate:asyncua"
SERVER = "urn:bedplate:asyncua:server"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


async def secure(server, folder):
    key, certificate = folder / "key.pem", folder / "certificate.der"
    host = socket.gethostname()
    use = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
    subject = {"commonName": "asyncua"}
    await setup_self_signed_certificate(key, certificate, SERVER, host, use, subject)
    await server.set_application_uri(SERVER)
    await server.load_certificate(certificate)
    await server.load_private_key(key)
    policies = ua.SecurityPolicyType
    server.set_security_policy(
        [
            policies.NoSecurity,
            policies.Basic256Sha256_Sign,
            policies.Basic256Sha256_SignAndEncrypt,
            policies.Aes128Sha256RsaOaep_SignAndEncrypt,
            policies.Aes256Sha256RsaPss_SignAndEncrypt,
        ]
    )


async def build(server, url, folder):
    await server.init()
    server.set_endpoint(url)
    await secure(server, folder)
    index = await server.register_namespace(NAMESPACE)
    plant = await server.nodes.objects.add_object(ua.NodeId("Plant", index), f"{index}:Plant")
    make = plant.add_variable
    counter = await make(ua.NodeId("Counter", index), f"{index}:Counter", 0, ua.VariantType.Int64)
    wide = 2**63 - 1
    await make(ua.NodeId("Wide", index), f"{index}:Wide", wide, ua.VariantType.Int64)
    await make(ua.NodeId("Row", index), f"{index}:Row", [1.5, 2.5], ua.VariantType.Double)
    await make(ua.NodeId("Name", index), f"{index}:Name", "filler", ua.VariantType.String)
    return counter


async def main(url, folder):
    server = Server()
    counter = await build(server, url, folder)
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


asyncio.run(main(sys.argv[1], pathlib.Path(sys.argv[2])))

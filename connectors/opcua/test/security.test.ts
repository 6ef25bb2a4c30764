import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { type Child, startChild, temporaryFolder } from "./harness.ts";
import { configure, type Plant, startPlant } from "./plant.ts";

const node = { k: "1", id: "ns=2;s=Counter" };
const secure = { mode: "SignAndEncrypt", policy: "Basic256Sha256" };

function secured(plant: Plant, pki: string, more: object = {}, security: object = secure): object {
  return { ...configure(plant.url, { security, ...more }, [node]), pki };
}

async function trustServer(child: Child): Promise<void> {
  const { thumbprint } = await child.message("certificate");
  child.send({ type: "trust", thumbprint, verdict: "trusted" });
}

test("every policy works signed and encrypted, with a certificate of its own", async (context) => {
  const plant = await startPlant(context);
  const pki = path.join(await temporaryFolder(context), "pki");
  const policies = ["Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"];
  let own: Buffer | undefined;
  for (const policy of policies) {
    for (const mode of ["Sign", "SignAndEncrypt"]) {
      const child = await startChild(context);
      child.send(secured(plant, pki, {}, { mode, policy }));
      if (own === undefined) await trustServer(child);
      await child.until(`a value by ${policy} ${mode}`, () => child.samples.length > 0);
      child.kill();
      const made = await readFile(path.join(pki, "own/certs/bedplate.pem"));
      own ??= made;
      assert.deepEqual(made, own, "the certificate is made once");
    }
  }
});

test("an unknown server is refused and kept until a person trusts it", async (context) => {
  const plant = await startPlant(context);
  const pki = path.join(await temporaryFolder(context), "pki");
  const child = await startChild(context);
  child.send(secured(plant, pki));
  const certificate = await child.message("certificate");
  assert.equal(certificate.verdict, "untrusted");
  const failing = await child.message("state", ({ state }) => state === "failing");
  assert.equal(failing.permanent, true);
  assert.match(failing.detail, /BadCertificateUntrusted/);
  assert.equal((await readdir(path.join(pki, "rejected"))).length, 1);
  const [chain] = [plant.server.getCertificate()].flat();
  const thumbprint = createHash("sha1")
    .update(chain ?? "")
    .digest("hex");
  assert.equal(certificate.thumbprint, thumbprint);
  assert.equal(child.samples.length, 0);
  child.send({ type: "trust", thumbprint, verdict: "trusted" });
  await child.until("a value", () => child.samples.length > 0);
  const list = await child.message("certificates");
  assert.deepEqual(
    list.items.map(({ thumbprint, verdict }: { thumbprint: string; verdict: string }) => [
      thumbprint,
      verdict,
    ]),
    [[thumbprint, "trusted"]],
  );
  child.messages.length = 0;
  child.send({ type: "trust", thumbprint, verdict: "untrusted" });
  await child.message("state", ({ state, permanent }) => state === "failing" && permanent);
});

test("a name and a password open the door, wrong ones are named and not hammered", async (context) => {
  const plant = await startPlant(context, { user: { name: "reader", password: "right" } });
  const pki = path.join(await temporaryFolder(context), "pki");
  const wrong = await startChild(context);
  wrong.send({
    ...secured(plant, pki, { user: { name: "reader" } }),
    secrets: { password: "wrong" },
  });
  await trustServer(wrong);
  const refused = await wrong.message("state", ({ detail }) =>
    /BadUserAccessDenied|BadIdentityToken/.test(detail),
  );
  assert.equal(refused.permanent, true);
  assert.ok(refused.retry_ms >= 10_000);
  wrong.kill();
  const right = await startChild(context);
  right.send({
    ...secured(plant, pki, { user: { name: "reader" } }),
    secrets: { password: "right" },
  });
  await right.until("a value", () => right.samples.length > 0);
  assert.equal(JSON.stringify(right.messages).includes("right"), false, "a secret is not printed");
  right.kill();
  const nobody = await startChild(context);
  nobody.send(secured(plant, pki));
  const anonymous = await nobody.message("state", ({ state }) => state === "failing");
  assert.match(anonymous.detail, /takes no Anonymous user/);
});

async function userCertificate(context: TestContext): Promise<{ file: string; key: string }> {
  const folder = await temporaryFolder(context);
  const manager = new OPCUACertificateManager({ rootFolder: folder, disableFileWatchers: true });
  await manager.initialize();
  const file = path.join(folder, "user.pem");
  await manager.createSelfSignedCertificate({
    applicationUri: "urn:bedplate:test-user",
    dns: [],
    outputFile: file,
    subject: { commonName: "reader" },
    startDate: new Date(),
    validity: 10,
  });
  await manager.dispose();
  return { file, key: await readFile(manager.privateKey, "utf8") };
}

test("a user may be a certificate", async (context) => {
  const plant = await startPlant(context);
  const pki = path.join(await temporaryFolder(context), "pki");
  const { file, key } = await userCertificate(context);
  const child = await startChild(context);
  child.send({ ...secured(plant, pki, { user: { certificate: file } }), secrets: { key } });
  await trustServer(child);
  await child.until("a value", () => child.samples.length > 0);
});

test("a password does not cross the network in clear unless that is asked for", async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(path.join(folder, "keep"), "");
  const plant = await startPlant(context, { user: { name: "reader", password: "right" } });
  for (const endpoint of plant.server.endpoints) {
    for (const description of endpoint.endpointDescriptions()) {
      for (const token of description.userIdentityTokens ?? []) token.securityPolicyUri = null;
    }
  }
  const child = await startChild(context);
  child.send({
    ...configure(plant.url, { user: { name: "reader" } }, [node]),
    secrets: { password: "right" },
  });
  const failing = await child.message("state", ({ state }) => state === "failing");
  assert.match(failing.detail, /in clear/);
  assert.equal(failing.permanent, true);
});

test("what the server does not offer is said with what it does", async (context) => {
  const plant = await startPlant(context);
  for (const endpoint of plant.server.endpoints) {
    const descriptions = endpoint.endpointDescriptions();
    descriptions.splice(
      0,
      descriptions.length,
      ...descriptions.filter(({ securityMode }) => securityMode === 1),
    );
  }
  const child = await startChild(context);
  child.send(secured(plant, path.join(await temporaryFolder(context), "pki")));
  const failing = await child.message("state", ({ state }) => state === "failing");
  assert.match(failing.detail, /does not offer SignAndEncrypt with Basic256Sha256; it offers None/);
});

test("a server that comes back with another certificate is a stranger", async (context) => {
  const first = await startPlant(context, { folder: await temporaryFolder(context) });
  const pki = path.join(await temporaryFolder(context), "pki");
  const child = await startChild(context);
  child.send(secured(first, pki));
  await trustServer(child);
  await child.until("a value", () => child.samples.length > 0);
  await first.stop();
  await child.message("state", ({ state }) => state === "failing");
  const known = (await child.message("certificate")).thumbprint;
  child.messages.length = 0;
  child.samples.length = 0;
  const folder = await temporaryFolder(context);
  await startPlant(context, { folder, port: first.port });
  const stranger = await child.message("certificate");
  assert.notEqual(stranger.thumbprint, known);
  await child.message("state", ({ state, permanent }) => state === "failing" && permanent);
  assert.equal(child.samples.length, 0);
  child.send({ type: "trust", thumbprint: stranger.thumbprint, verdict: "trusted" });
  await child.until("a value again", () => child.samples.length > 0);
});

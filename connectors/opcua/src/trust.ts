import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { makeApplicationUrn } from "node-opcua-client";
import { PermanentError } from "./fault.ts";

export type Verdict = "trusted" | "untrusted";

export interface CertificateReport {
  thumbprint: string;
  subject: string;
  not_before: string;
  not_after: string;
  verdict: Verdict;
}

export interface OwnCertificate {
  file: string;
  privateKeyFile: string;
  applicationUri: string;
}

const keyBits = 3072;
const validityDays = 3650;

/** SHA-1 over the DER, as OPC UA names certificates (Part 6, 6.2.2), in lower-case hexadecimal. */
export function thumbprintOf(certificate: Buffer): string {
  return new X509Certificate(certificate).fingerprint.replaceAll(":", "").toLowerCase();
}

function describe(certificate: Buffer, verdict: Verdict): CertificateReport {
  const read = new X509Certificate(certificate);
  return {
    thumbprint: thumbprintOf(certificate),
    subject: read.subject.split("\n").join(", "),
    not_before: read.validFromDate.toISOString(),
    not_after: read.validToDate.toISOString(),
    verdict,
  };
}

/** The server's own certificate, first of a chain that may stand in one buffer. */
export function leafOf(chain: Buffer): Buffer {
  return Buffer.from(new X509Certificate(chain).raw);
}

/**
 * Our own certificate and whom we trust, in one folder: own/, trusted/, rejected/, issuers/.
 * Nobody is trusted unasked: a certificate that is not known is kept in rejected/ and refused.
 */
export class TrustList {
  readonly manager: OPCUACertificateManager;
  readonly #source: string;

  constructor(folder: string, source: string) {
    this.#source = source;
    this.manager = new OPCUACertificateManager({
      rootFolder: path.resolve(folder),
      automaticallyAcceptUnknownCertificate: false,
      disableFileWatchers: true,
      keySize: keyBits,
    });
  }

  async open(): Promise<void> {
    await mkdir(this.manager.rootDir, { recursive: true, mode: 0o700 });
    await this.manager.initialize();
  }

  close(): Promise<void> {
    return this.manager.dispose();
  }

  /** Made at first use and kept; its application URI is what it says, whatever the host is now. */
  async own(): Promise<OwnCertificate> {
    const file = path.join(this.manager.ownCertFolder, "bedplate.pem");
    if (!existsSync(file)) await this.#makeOwn(file);
    const names = new X509Certificate(await readFile(file)).subjectAltName ?? "";
    const applicationUri = /URI:([^,]+)/.exec(names)?.[1]?.trim();
    if (applicationUri === undefined) {
      throw new PermanentError(`${file}: has no application URI among its names`);
    }
    return { file, privateKeyFile: this.manager.privateKey, applicationUri };
  }

  async #makeOwn(file: string): Promise<void> {
    const host = hostname();
    await this.manager.createSelfSignedCertificate({
      applicationUri: makeApplicationUrn(host, `bedplate:${this.#source}`),
      dns: [host],
      outputFile: file,
      subject: { commonName: `Bedplate ${this.#source}`.slice(0, 64), organization: "Bedplate" },
      startDate: new Date(),
      validity: validityDays,
    });
  }

  /** Good, or the name of the status code that says what is wrong with the server's certificate. */
  async check(chain: Buffer): Promise<string> {
    await this.manager.reloadCertificates();
    const status = await this.manager.checkCertificate(chain);
    if (status.isGood()) return "Good";
    if (!(await this.#find(thumbprintOf(chain)))) {
      await this.manager.rejectCertificate(leafOf(chain));
    }
    return status.name;
  }

  report(chain: Buffer, verdict: Verdict): CertificateReport {
    return describe(chain, verdict);
  }

  /** Every certificate that is known, trusted or not. */
  async list(): Promise<CertificateReport[]> {
    const trusted = await this.#read(this.manager.trustedFolder);
    const rejected = await this.#read(this.manager.rejectedFolder);
    return [
      ...trusted.map((certificate) => describe(certificate, "trusted")),
      ...rejected.map((certificate) => describe(certificate, "untrusted")),
    ];
  }

  /** False if no certificate of that thumbprint is known. */
  async decide(thumbprint: string, verdict: Verdict): Promise<boolean> {
    const certificate = await this.#find(thumbprint.replaceAll(":", "").toLowerCase());
    if (certificate === undefined) return false;
    if (verdict === "trusted") await this.manager.trustCertificate(certificate);
    else await this.manager.rejectCertificate(certificate);
    await this.#removeFrom(
      verdict === "trusted" ? this.manager.rejectedFolder : this.manager.trustedFolder,
      thumbprintOf(certificate),
    );
    await this.manager.reloadCertificates();
    return true;
  }

  async #find(thumbprint: string): Promise<Buffer | undefined> {
    const known = [
      ...(await this.#read(this.manager.rejectedFolder)),
      ...(await this.#read(this.manager.trustedFolder)),
    ];
    return known.find((certificate) => thumbprintOf(certificate) === thumbprint);
  }

  async #removeFrom(folder: string, thumbprint: string): Promise<void> {
    for (const file of await filesIn(folder)) {
      const certificate = await readCertificate(file);
      if (certificate !== undefined && thumbprintOf(certificate) === thumbprint) {
        await rm(file, { force: true });
      }
    }
  }

  async #read(folder: string): Promise<Buffer[]> {
    const read = await Promise.all((await filesIn(folder)).map(readCertificate));
    return read.filter((certificate) => certificate !== undefined);
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => path.join(folder, name));
}

/** A certificate file, PEM or DER, as DER; undefined for what is not one. */
export async function readCertificate(file: string): Promise<Buffer | undefined> {
  try {
    return Buffer.from(new X509Certificate(await readFile(file)).raw);
  } catch {
    return undefined;
  }
}

import {
  type ClientSession,
  type EndpointDescription,
  MessageSecurityMode,
  OPCUAClient,
  type OPCUAClientOptions,
  SecurityPolicy,
  type UserIdentityInfo,
  UserTokenType,
} from "node-opcua-client";
import type { Config, User } from "./config.ts";
import { messageOf, PermanentError } from "./fault.ts";
import { endRepublishing, type RepublishingSession } from "./republish.ts";
import { leafOf, readCertificate, type TrustList } from "./trust.ts";

/** A session on a server, with the client that carries it. */
export interface Link {
  client: OPCUAClient;
  session: ClientSession;
}

/** The server's certificate is not trusted: a person has to look at it. */
export class UntrustedError extends PermanentError {
  override name = "UntrustedError";
  readonly chain: Buffer;

  constructor(message: string, chain: Buffer) {
    super(message);
    this.chain = chain;
  }
}

export const requestTimeoutMs = 15_000;
const sessionTimeoutMs = 60_000;
const keepAliveMs = 4_000;
const firstRetryMs = 200;
const longestRetryMs = 3_000;

export async function openLink(config: Config, trust: TrustList): Promise<Link> {
  const own = await trust.own();
  const identity = {
    applicationName: `Bedplate ${config.source}`,
    applicationUri: own.applicationUri,
    certificateFile: own.file,
    privateKeyFile: own.privateKeyFile,
    clientCertificateManager: trust.manager,
  };
  const endpoint = await discover(config, identity);
  await checkServer(endpoint, config, trust);
  checkPassword(endpoint, config);
  const client = OPCUAClient.create({
    ...clientSettings,
    ...identity,
    securityMode: MessageSecurityMode[config.mode],
    securityPolicy: SecurityPolicy[config.policy],
    ...(config.mode === "None" ? {} : { serverCertificate: endpoint.serverCertificate }),
    keepSessionAlive: true,
    keepAliveInterval: keepAliveMs,
    requestedSessionTimeout: sessionTimeoutMs,
  });
  return openSession(client, config);
}

/** One try and one more; the client repairs a link that has stood for as long as it takes. */
const clientSettings = {
  connectionStrategy: {
    initialDelay: firstRetryMs,
    maxDelay: longestRetryMs,
    maxRetry: 1,
    randomisationFactor: 0.25,
  },
  endpointMustExist: false,
  transportTimeout: requestTimeoutMs,
  defaultTransactionTimeout: requestTimeoutMs,
  clientName: "bedplate",
};

async function openSession(client: OPCUAClient, config: Config): Promise<Link> {
  try {
    await client.connect(config.url);
    const session = await client.createSession(await identify(config.user));
    endRepublishing(session as unknown as RepublishingSession);
    return { client, session };
  } catch (error) {
    await closeQuietly(client);
    throw nameRefusal(error);
  }
}

/** What a person has to mend is not tried again every few seconds: it locks accounts. */
function nameRefusal(error: unknown): Error {
  const text = messageOf(error);
  const refused =
    /BadIdentityToken|BadUserAccessDenied|BadUserSignature|BadCertificate|BadSecurityChecksFailed/;
  return refused.test(text) ? new PermanentError(text) : new Error(text);
}

export async function closeQuietly(client: OPCUAClient): Promise<void> {
  const closed = client.disconnect().catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 2_000);
  });
  await Promise.race([closed, late]);
  clearTimeout(timer);
}

/** Asks the server what it offers, over a channel without security as the standard provides. */
async function discover(
  config: Config,
  identity: OPCUAClientOptions,
): Promise<EndpointDescription> {
  const client = OPCUAClient.create({ ...clientSettings, ...identity });
  try {
    await client.connect(config.url);
    return choose(await client.getEndpoints({ endpointUrl: config.url }), config);
  } finally {
    await closeQuietly(client);
  }
}

function choose(endpoints: EndpointDescription[], config: Config): EndpointDescription {
  const found = endpoints.find(
    (endpoint) =>
      endpoint.securityMode === MessageSecurityMode[config.mode] &&
      endpoint.securityPolicyUri === SecurityPolicy[config.policy],
  );
  if (found !== undefined) return found;
  const offered = endpoints.map(nameEndpoint);
  throw new PermanentError(
    `the server does not offer ${config.mode} with ${config.policy}; it offers ` +
      `${[...new Set(offered)].join(", ") || "nothing"}`,
  );
}

function nameEndpoint(endpoint: EndpointDescription): string {
  const policy = (endpoint.securityPolicyUri ?? "").split("#").pop();
  const mode = MessageSecurityMode[endpoint.securityMode];
  return mode === "None" ? "None" : `${mode} with ${policy}`;
}

async function checkServer(
  endpoint: EndpointDescription,
  config: Config,
  trust: TrustList,
): Promise<void> {
  if (config.mode === "None") return;
  const chain = endpoint.serverCertificate;
  if (!chain || chain.length === 0) {
    throw new PermanentError("the server shows no certificate for a secure endpoint");
  }
  const verdict = await trust.check(chain);
  if (verdict === "Good") return;
  const subject = trust.report(leafOf(chain), "untrusted").subject;
  throw new UntrustedError(`the server's certificate (${subject}) is refused: ${verdict}`, chain);
}

/** A password must not cross the wire in clear unless that is asked for by name. */
function checkPassword(endpoint: EndpointDescription, config: Config): void {
  const wanted = tokenTypes[config.user.kind];
  const tokens = (endpoint.userIdentityTokens ?? []).filter((token) => token.tokenType === wanted);
  if (tokens.length === 0) {
    const offered = (endpoint.userIdentityTokens ?? []).map(
      (token) => UserTokenType[token.tokenType],
    );
    throw new PermanentError(
      `the server takes no ${UserTokenType[wanted]} user here; it takes ${offered.join(", ")}`,
    );
  }
  if (config.user.kind !== "name" || config.plainPassword) return;
  const policy = tokens[0]?.securityPolicyUri || endpoint.securityPolicyUri;
  if (policy !== SecurityPolicy.None) return;
  throw new PermanentError(
    "the password would cross the network in clear: choose a security mode, or say " +
      "security.plain_password: true",
  );
}

const tokenTypes = {
  anonymous: UserTokenType.Anonymous,
  name: UserTokenType.UserName,
  certificate: UserTokenType.Certificate,
} as const;

async function identify(user: User): Promise<UserIdentityInfo> {
  if (user.kind === "anonymous") return { type: UserTokenType.Anonymous };
  if (user.kind === "name") {
    return { type: UserTokenType.UserName, userName: user.name, password: user.password };
  }
  const certificateData = await readCertificate(user.file);
  if (certificateData === undefined) {
    throw new PermanentError(`${user.file}: expected a certificate in PEM or DER`);
  }
  return { type: UserTokenType.Certificate, certificateData, privateKey: user.privateKey };
}

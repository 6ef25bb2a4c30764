/**
 * A stand-in for the server, for states that are hard to provoke on a real one. It serves the built
 * UI and answers as openapi.yaml says. The login token is the scenario: demo, empty, errors, slow,
 * lost, viewer, no-initiatives. Usage: node mock/main.ts [port]
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import {
  answer,
  matching,
  problem,
  type Request,
  SCENARIOS,
  type Scenario,
  sessionOf,
} from "./handlers.ts";
import { lastOf } from "./samples.ts";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const SLOW_MS = 1500;
/** Streams since somebody signed in as "lost": the first one breaks, the others are refused. */
let lostStreams = 0;

/** The policy the server sends too, so that a breach shows up here first. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

function isScenario(text: string): text is Scenario {
  return (SCENARIOS as readonly string[]).includes(text);
}

function scenarioOf(request: IncomingMessage): Scenario | null {
  const cookie = /bedplate_session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
  return isScenario(cookie) ? cookie : null;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const type = status >= 400 ? "application/problem+json" : "application/json";
  response
    .writeHead(status, { "content-type": type })
    .end(body === undefined ? "" : JSON.stringify(body));
}

function login(response: ServerResponse, body: Record<string, unknown>): void {
  const secret = String(body.token ?? body.code ?? "");
  if (!isScenario(secret)) {
    const refused = problem(
      401,
      "unauthenticated",
      "Not signed in",
      "this token is not known or was revoked",
    );
    sendJson(response, 401, refused.body);
    return;
  }
  if (secret === "lost") lostStreams = 0;
  response.setHeader("set-cookie", `bedplate_session=${secret}; Path=/; HttpOnly; SameSite=Strict`);
  sendJson(response, 200, sessionOf(secret));
}

function live(response: ServerResponse, request: Request): void {
  if (request.scenario === "lost" && lostStreams++ > 0) {
    sendJson(response, 503, problem(503, "unavailable", "Not now", "restarting").body);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const send = (event: string, data: unknown) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const tags = matching(request);
  send("samples", { now: request.now, tags: tags.map((tag) => lastOf(tag, request.now)) });
  if (request.scenario === "lost") {
    setTimeout(() => response.end(), 500);
    return;
  }
  let before = request.now;
  const timer = setInterval(() => {
    const now = Date.now();
    const fresh = tags.filter(
      (tag) => (lastOf(tag, now).time ?? 0) > (lastOf(tag, before).time ?? 0),
    );
    if (fresh.length > 0) send("samples", { now, tags: fresh.map((tag) => lastOf(tag, now)) });
    else send("heartbeat", { now });
    before = now;
  }, 2500);
  response.on("close", () => clearInterval(timer));
}

async function serveFile(response: ServerResponse, path: string): Promise<void> {
  const wanted = normalize(join(DIST, path));
  const inside = wanted.startsWith(DIST) && extname(wanted) !== "";
  const file = inside ? wanted : join(DIST, "index.html");
  try {
    const content = await readFile(file);
    const headers = {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": POLICY,
    };
    response.writeHead(200, headers).end(content);
  } catch {
    response.writeHead(404).end("not found");
  }
}

async function handleApi(
  incoming: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const body = await bodyOf(incoming);
  const method = incoming.method ?? "GET";
  if (url.pathname === "/api/v1/session" && method === "POST") return login(response, body);
  const scenario = scenarioOf(incoming);
  if (!scenario) {
    const refused = problem(401, "unauthenticated", "Not signed in", "no session");
    return sendJson(response, 401, refused.body);
  }
  if (url.pathname === "/api/v1/session" && method === "DELETE") {
    response.setHeader("set-cookie", "bedplate_session=; Path=/; Max-Age=0");
    return sendJson(response, 204, undefined);
  }
  const request: Request = {
    method,
    path: url.pathname,
    params: url.searchParams,
    body,
    scenario,
    now: Date.now(),
  };
  if (url.pathname === "/api/v1/live") return live(response, request);
  if (scenario === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  const { status, body: result } = answer(request);
  return sendJson(response, status, result);
}

const port = Number(process.argv[2] ?? 8090);
createServer((incoming, response) => {
  const url = new URL(incoming.url ?? "/", "http://mock");
  const handled = url.pathname.startsWith("/api/")
    ? handleApi(incoming, response, url)
    : serveFile(response, url.pathname);
  handled.catch((error: unknown) => {
    sendJson(response, 500, problem(500, "internal", "The mock failed", String(error)).body);
  });
}).listen(port, "127.0.0.1");

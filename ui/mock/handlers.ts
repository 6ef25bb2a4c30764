import type { Problem, Role, Session } from "../src/api/types.ts";
import { coverageOf, deadLettersOf, SQL_SCHEMA, sqlResultOf } from "./data.ts";
import { initiativesOf, provenOf, summaryOf } from "./initiatives.ts";
import { ASSETS, CURRENCY, DAY, type MockTag, TAGS, toTag, ZONE } from "./plant.ts";
import { aggregateOf, lastOf, samplesOf } from "./samples.ts";

/** What goes wrong on purpose; the token a test signs in with names it. */
export type Scenario = "demo" | "empty" | "errors" | "slow" | "lost" | "viewer" | "no-initiatives";
export const SCENARIOS: readonly Scenario[] = [
  "demo",
  "empty",
  "errors",
  "slow",
  "lost",
  "viewer",
  "no-initiatives",
];

export interface Answer {
  status: number;
  body?: unknown;
  text?: string;
}
export interface Request {
  method: string;
  path: string;
  params: URLSearchParams;
  body: Record<string, unknown>;
  scenario: Scenario;
  now: number;
}

export function problem(status: number, code: string, title: string, detail: string): Answer {
  const body: Problem = {
    type: `urn:bedplate:error:${code}`,
    title,
    status,
    detail,
    retryable: status >= 500,
  };
  return { status, body };
}

function firstOf(now: number): number {
  return Math.floor(now / DAY) * DAY - 365 * DAY;
}

function tagsOf(request: Request): MockTag[] {
  return request.scenario === "empty" ? [] : TAGS;
}

function escaped(text: string): string {
  return text.replace(/[.+^$()|[\]\\]/g, "\\$&");
}

/** The globs of the contract as a regular expression. */
export function globToRegExp(glob: string): RegExp {
  const body = escaped(glob)
    .replace(/\*\*\/?/g, "\u0000")
    .replace(/\*/g, "[^/]*")
    .replace(/\?/g, "[^/]")
    .replace(/\{([^}]*)\}/g, (_, list: string) => `(?:${list.replaceAll(",", "|")})`)
    .replaceAll("\u0000", ".*");
  return new RegExp(`^${body}$`);
}

export function matching(request: Request): MockTag[] {
  const patterns = request.params.getAll("tag").map(globToRegExp);
  return tagsOf(request).filter((tag) => patterns.some((pattern) => pattern.test(tag.path)));
}

function timeOf(text: string | null, fallback: number): number {
  if (text === null) return fallback;
  return /^-?\d+$/.test(text) ? Number(text) : Date.parse(text);
}

const UNITS_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: DAY };

function rangeOf(request: Request) {
  const from = timeOf(request.params.get("from"), firstOf(request.now));
  const to = timeOf(request.params.get("to"), request.now);
  const bucket = /^(\d+)([smhd])$/.exec(request.params.get("bucket") ?? "");
  const width = bucket
    ? Number(bucket[1]) * (UNITS_MS[bucket[2] ?? "s"] ?? 1000)
    : (to - from) / Number(request.params.get("buckets") ?? 1000);
  return { from, to, width, all: request.params.get("quality") === "all" };
}

function info(request: Request): Answer {
  const tags = tagsOf(request);
  const now = request.now;
  const empty = tags.length === 0;
  return {
    status: 200,
    body: {
      version: "0.1.0-mock",
      started: now - 3 * 3_600_000,
      now,
      plant: empty ? "" : "northfield",
      time_zone: empty ? "UTC" : ZONE,
      currency: CURRENCY,
      assets: empty ? 0 : ASSETS.length,
      tags: tags.length,
      samples: empty ? 0 : 12_481_920,
      bytes: empty ? 4096 : 14_822_411,
      first: empty ? null : firstOf(now),
      last: empty ? null : Math.floor(now / 10_000) * 10_000,
      dead_letters: empty ? 0 : 17,
      demo: !empty,
    },
  };
}

function plant(request: Request): Answer {
  const tags = tagsOf(request).map((tag) => toTag(tag, request.now, firstOf(request.now)));
  return { status: 200, body: { assets: tags.length === 0 ? [] : ASSETS, tags } };
}

function listTags(request: Request): Answer {
  const tags = tagsOf(request).map((tag) => toTag(tag, request.now, firstOf(request.now)));
  return { status: 200, body: { tags, truncated: false } };
}

function samples(request: Request): Answer {
  const tag = matching(request)[0];
  if (!tag) return problem(404, "not-found", "No such tag", `no tag ${request.params.get("tag")}`);
  const { from, to } = rangeOf(request);
  const limit = Number(request.params.get("limit") ?? 100_000);
  return { status: 200, body: samplesOf(tag, from, to, limit, request.now, firstOf(request.now)) };
}

function aggregate(request: Request): Answer {
  if (request.scenario === "errors")
    return problem(
      503,
      "unavailable",
      "Not now",
      "the historian is recovering: 3 of 41 segments read",
    );
  return {
    status: 200,
    body: aggregateOf(matching(request), rangeOf(request), request.now, firstOf(request.now)),
  };
}

function coverage(request: Request): Answer {
  const { from, to } = rangeOf(request);
  const cells = Number(request.params.get("cells") ?? 100);
  const tags = matching(request).map((tag) =>
    coverageOf(tag, from, to, cells, request.now, firstOf(request.now)),
  );
  return { status: 200, body: { from, to, tags } };
}

function deadLetters(request: Request): Answer {
  const tag = request.params.get("tag");
  const all = request.scenario === "empty" ? [] : deadLettersOf(request.now);
  const letters = all.filter((letter) => tag === null || globToRegExp(tag).test(letter.tag ?? ""));
  return { status: 200, body: { total: letters.length, dropped: 0, letters } };
}

function sql(request: Request): Answer {
  const text = String(request.body.sql ?? "");
  if (/\b(insert|copy|attach|pragma|drop)\b/i.test(text)) {
    return problem(
      403,
      "permission-denied",
      "Not allowed",
      `statement ${text.trim().split(/\s/)[0]?.toUpperCase()} is not allowed; one SELECT is`,
    );
  }
  if (!/^\s*(select|with|from|values|describe)/i.test(text) || /\bnope\b/.test(text)) {
    return problem(
      400,
      "invalid-argument",
      "Not a valid query",
      `Binder Error: Referenced column "nope" not found in FROM clause!\nLINE 1: ${text.split("\n")[0]}\n               ^`,
    );
  }
  return {
    status: 200,
    body: sqlResultOf(text, tagsOf(request), request.now, firstOf(request.now)),
  };
}

function initiatives(request: Request): Answer {
  const none = request.scenario === "empty" || request.scenario === "no-initiatives";
  const list = none ? [] : initiativesOf(request.now).map(summaryOf);
  return {
    status: 200,
    body: { initiatives: list, proven: provenOf(list) },
  };
}

function initiative(request: Request): Answer {
  const name = decodeURIComponent(request.path.split("/").at(-1) ?? "");
  const found = initiativesOf(request.now).find((one) => one.name === name);
  return found
    ? { status: 200, body: found }
    : problem(404, "not-found", "No such initiative", `no initiative ${name}`);
}

const tokens = [
  {
    id: "tk_1",
    name: "admin.token",
    role: "admin" as Role,
    created: Date.UTC(2026, 0, 4, 8),
    last_used: Date.UTC(2026, 5, 1, 9),
    revoked: null,
  },
  {
    id: "tk_2",
    name: "telegraf line 1",
    role: "writer" as Role,
    created: Date.UTC(2026, 1, 11, 14),
    last_used: null,
    revoked: null,
  },
];

function createToken(request: Request): Answer {
  const token = {
    id: `tk_${tokens.length + 1}`,
    name: String(request.body.name ?? ""),
    role: request.body.role as Role,
    created: request.now,
    last_used: null,
    revoked: null,
  };
  tokens.push(token);
  return { status: 201, body: { ...token, secret: "bp_not-a-real-secret" } };
}

export function sessionOf(scenario: Scenario): Session {
  return {
    role: scenario === "viewer" ? "viewer" : "admin",
    name: scenario === "viewer" ? "Control room" : "admin.token",
    expires: null,
  };
}

const ROUTES: Record<string, (request: Request) => Answer> = {
  "GET /api/v1/session": (request) => ({ status: 200, body: sessionOf(request.scenario) }),
  "GET /api/v1/info": info,
  "GET /api/v1/plant": plant,
  "GET /api/v1/tags": listTags,
  "GET /api/v1/samples": samples,
  "GET /api/v1/aggregate": aggregate,
  "GET /api/v1/last": (request) => ({
    status: 200,
    body: { now: request.now, tags: matching(request).map((tag) => lastOf(tag, request.now)) },
  }),
  "GET /api/v1/coverage": coverage,
  "GET /api/v1/dead-letters": deadLetters,
  "POST /api/v1/sql": sql,
  "GET /api/v1/sql/schema": () => ({ status: 200, body: SQL_SCHEMA }),
  "GET /api/v1/initiatives": initiatives,
  "GET /api/v1/tokens": () => ({ status: 200, body: { tokens } }),
  "POST /api/v1/tokens": createToken,
  "GET /api/v1/audit": (request) => ({
    status: 200,
    body: {
      entries: [
        {
          id: 2,
          time: request.now - DAY,
          actor: "tk_1",
          action: "plant.apply",
          detail: "added 24 tags",
        },
        {
          id: 1,
          time: request.now - 2 * DAY,
          actor: "local",
          action: "token.create",
          detail: "tk_2 writer",
        },
      ],
    },
  }),
  "POST /api/v1/check": () => ({
    status: 200,
    body: { files: 41, blocks: 3_918, samples: 12_481_920, bytes: 14_822_411, problems: [] },
  }),
};

export function answer(request: Request): Answer {
  const key = `${request.method} ${request.path}`;
  if (request.scenario === "errors" && /coverage|initiatives|last$/.test(request.path)) {
    return problem(
      503,
      "unavailable",
      "Not now",
      "the historian is recovering: 3 of 41 segments read",
    );
  }
  const route = ROUTES[key];
  if (route) return route(request);
  if (request.path.startsWith("/api/v1/initiatives/")) return initiative(request);
  if (request.method === "DELETE") return { status: 204 };
  return problem(404, "not-found", "No such operation", key);
}

import type { paths } from "./schema";
import type { Fault, Problem } from "./types";

/** An answer that was not what was asked for: a problem document, or a server out of reach. */
export class ApiProblem extends Error {
  readonly status: number; // 0: no answer at all
  readonly title: string;
  readonly retryable: boolean;
  readonly faults: readonly Fault[];
  readonly retryAfter_s: number | null;

  constructor(problem: Partial<Problem>, status: number, retryAfter_s: number | null = null) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = "ApiProblem";
    this.status = status;
    this.title = problem.title ?? `HTTP ${status}`;
    this.retryable = problem.retryable ?? (status === 0 || status >= 500);
    this.faults = problem.faults ?? [];
    this.retryAfter_s = retryAfter_s;
  }
}

type Method = "get" | "post" | "put" | "delete";
type JsonOf<Answer> = Answer extends { content: { "application/json": infer Body } }
  ? Body
  : undefined;
type SuccessOf<Responses> = Responses extends { 200: infer Answer }
  ? JsonOf<Answer>
  : Responses extends { 201: infer Answer }
    ? JsonOf<Answer>
    : undefined;

/** The paths of the contract that have an operation for this method. */
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<M extends Method, P extends PathOf<M>> =
  paths[P] extends Record<M, infer Op> ? Op : never;
type Success<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { responses: infer Responses } ? SuccessOf<Responses> : never;
type QueryOf<Op> = Op extends { parameters: { query?: infer Query } } ? NonNullable<Query> : never;
type PathParamsOf<Op> = Op extends { parameters: { path: infer Params } } ? Params : never;
type BodyOf<Op> = Op extends { requestBody?: { content: { "application/json": infer Body } } }
  ? Body
  : never;

export interface Call<Op> {
  query?: QueryOf<Op>;
  path?: PathParamsOf<Op>;
  body?: BodyOf<Op>;
  signal?: AbortSignal;
}

type QueryValue = string | number | boolean | readonly string[] | null | undefined;

/** The address of an operation, with arrays written as repeated parameters. */
export function addressOf(
  pattern: string,
  path: Record<string, unknown> = {},
  query: Record<string, QueryValue> = {},
): string {
  const filled = pattern.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path[name])),
  );
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value]) params.append(name, String(item));
  }
  const text = params.toString();
  return text ? `${filled}?${text}` : filled;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  const retryAfter = Number(response.headers.get("retry-after"));
  const after = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null;
  try {
    return new ApiProblem(JSON.parse(text) as Partial<Problem>, response.status, after);
  } catch {
    const detail = text.slice(0, 200) || response.statusText;
    return new ApiProblem({ title: `HTTP ${response.status}`, detail }, response.status, after);
  }
}

async function send(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new ApiProblem({ title: "No answer", detail, retryable: true }, 0);
  }
}

/** Calls one operation of openapi.yaml; throws ApiProblem for everything that is not a success. */
export async function call<M extends Method, P extends PathOf<M>>(
  method: M,
  pattern: P,
  options: Call<Operation<M, P>> = {},
): Promise<Success<M, P>> {
  const headers: Record<string, string> = { accept: "application/json" };
  const init: RequestInit = { method: method.toUpperCase(), headers, credentials: "same-origin" };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  const address = addressOf(
    pattern,
    options.path as Record<string, unknown> | undefined,
    options.query as Record<string, QueryValue> | undefined,
  );
  const response = await send(address, init);
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as Success<M, P>;
  return (await response.json()) as Success<M, P>;
}

/** The one-time code of a login link (`/login#code=…`), or null. */
export function codeOf(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("code");
}

/** Where to go after signing in: only ever a place on this server. */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith("/") || next.startsWith("//") || next.includes("\\")) {
    return "/";
  }
  return next.startsWith("/login") ? "/" : next;
}

import { readFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { describe, expect, it } from "vitest";
import { addressOf } from "./client.ts";

describe("schema.d.ts", () => {
  it("is what openapi.yaml makes today; run `npm run api` when this fails", async () => {
    const made = astToString(await openapiTS(new URL("../../../openapi.yaml", import.meta.url)));
    const kept = readFileSync(new URL("./schema.d.ts", import.meta.url), "utf8");
    const body = (text: string) => text.slice(text.indexOf("export interface paths"));
    // Compared by truth: a difference would print the whole file.
    expect(body(kept) === body(made)).toBe(true);
  }, 30_000);
});

describe("addressOf", () => {
  it("fills the path and repeats arrays", () => {
    expect(addressOf("/api/v1/initiatives/{name}", { name: "a b/c" })).toBe(
      "/api/v1/initiatives/a%20b%2Fc",
    );
    expect(addressOf("/api/v1/last", {}, { tag: ["a/*", "b"], limit: null })).toBe(
      "/api/v1/last?tag=a%2F*&tag=b",
    );
  });
});

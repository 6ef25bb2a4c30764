import { describe, expect, it } from "vitest";
import { addressOf } from "./client.ts";

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

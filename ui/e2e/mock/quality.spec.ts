import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { expectAccessible, signIn, watch } from "../support.ts";

const PAGES = [
  "/",
  "/plant",
  "/plant?scope=northfield/ruhr/rolling&tag=northfield/ruhr/rolling/energy",
  "/trends?tag=northfield/ruhr/rolling/energy&tag=northfield/ruhr/rolling/load_type&range=7d",
  "/value",
  "/value/reheater-night-setback",
  "/sql?q=SELECT%20path%20FROM%20tags",
  "/data?range=all",
  "/data?tab=letters",
  "/admin",
];

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page is accessible and asks nobody else, ${colorScheme}`, async ({
    page,
    baseURL,
  }) => {
    test.setTimeout(120_000);
    const seen = watch(page, baseURL ?? "");
    await page.emulateMedia({ colorScheme });
    await page.goto("/login");
    await expectAccessible(page);
    seen.errors.length = 0; // the 401 that led here
    await signIn(page, "demo");
    for (const path of PAGES) {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).not.toBeEmpty();
      await expect(page.locator(".pulse")).toHaveCount(0);
      await expectAccessible(page);
    }
    expect(seen.foreign).toEqual([]);
    expect(seen.errors).toEqual([]);
  });
}

const BUDGET_BYTES = 300_000;

test("the first script weighs at most 300 kB gzipped", async () => {
  const dist = join(import.meta.dirname, "../../dist");
  const html = await readFile(join(dist, "index.html"), "utf8");
  const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(
    (found) => found[1] ?? "",
  );
  expect(scripts.length).toBeGreaterThan(0);
  const sizes = await Promise.all(
    scripts.map(async (path) => gzipSync(await readFile(join(dist, path))).length),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(BUDGET_BYTES);
});

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import type { InitiativeSummary, Plant } from "../../src/api/types.ts";
import { signIn } from "../support.ts";

/** Pictures of every page; of a real server they are the ones in docs/. */
const real = process.env.BEDPLATE_URL !== undefined;
const target = real
  ? join(import.meta.dirname, "../../../docs/screenshots")
  : join(import.meta.dirname, "../../test-results/screenshots");

interface Shot {
  name: string;
  path: string;
  says?: RegExp; // what the first line says when the page is finished
}

async function shotsOf(page: Page): Promise<Shot[]> {
  const plant = (await (await page.request.get("/api/v1/plant")).json()) as Plant;
  const value = (await (await page.request.get("/api/v1/initiatives")).json()) as {
    initiatives: InitiativeSummary[];
  };
  const energy =
    plant.tags.find((tag) => tag.path.endsWith("/energy"))?.path ?? plant.tags[0]?.path;
  const scope = energy?.slice(0, energy.lastIndexOf("/")) ?? "";
  const state = plant.tags.find((tag) => tag.type === "string" && tag.path.startsWith(scope))?.path;
  const more = plant.tags.find(
    (tag) => tag.path.startsWith(scope) && tag.path.includes("factor"),
  )?.path;
  const tags = [energy, more, state]
    .filter(Boolean)
    .map((path) => `tag=${path}`)
    .join("&");
  const daily = `SELECT date_trunc('week', ts) AS week, sum(value) AS kwh\nFROM samples('${energy}')\nGROUP BY week\nORDER BY week`;
  return [
    { name: "home", path: "/?range=30d" },
    { name: "plant", path: `/plant?scope=${scope}` },
    { name: "plant-tag", path: `/plant?scope=${scope}&tag=${energy}&range=7d` },
    { name: "trends", path: `/trends?${tags}&range=30d` },
    { name: "trends-year", path: `/trends?${tags}&range=all` },
    { name: "value", path: "/value" },
    { name: "initiative", path: `/value/${value.initiatives[0]?.name ?? ""}` },
    { name: "sql", path: `/sql?q=${encodeURIComponent(daily)}&view=chart`, says: /rows? in/ },
    { name: "data", path: "/data?range=all" },
    { name: "admin", path: "/admin" },
  ];
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [1440, 900],
    [768, 1024],
  ] as const) {
    test(`${colorScheme} at ${width}`, async ({ page }) => {
      test.setTimeout(180_000);
      mkdirSync(target, { recursive: true });
      if (!real) await signIn(page, "demo");
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      for (const shot of await shotsOf(page)) {
        await page.goto(shot.path);
        await expect(page.getByRole("heading", { level: 1 })).toHaveText(shot.says ?? /./);
        await expect(page.locator(".pulse")).toHaveCount(0);
        await expect(page.getByRole("progressbar")).toHaveCount(0);
        await expect(page.getByText(/^Running /)).toHaveCount(0);
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: join(target, `${shot.name}-${colorScheme}-${width}.png`) });
      }
    });
  }
}

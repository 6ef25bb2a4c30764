import { expect, test } from "@playwright/test";
import type { Initiative } from "../../src/api/types.ts";
import { answered, signIn } from "../support.ts";

const ADDRESS = "/value/compressor-leak-hunt";
const DAY = 86_400_000;

test.beforeEach(async ({ page }) => {
  await signIn(page, "demo");
});

test("an initiative that has not begun says when it does, in place of an empty chart", async ({
  page,
}) => {
  const address = "/api/v1/initiatives/compressor-leak-hunt";
  const one = await answered<Initiative>(page, address);
  const begins = Date.UTC(2099, 0, 1);
  const none = { starts: [], actual: [], counterfactual: [], low: [], high: [] };
  const reporting = { from: begins, to: begins + 365 * DAY };
  await page.route(`**${address}`, (route) =>
    route.fulfill({ json: { ...one, reporting, series: none } }),
  );
  await page.goto(ADDRESS);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Begins 1 Jan 2099");
  await expect(page.getByText("the reporting period begins 1 Jan 2099")).toBeVisible();
  await expect(page.locator(".u-over")).toHaveCount(0);
});

test("every figure of an initiative is a door", async ({ page }) => {
  await page.goto("/value/reheater-night-setback");
  const figures = page.getByRole("complementary", { name: "Figures" }).locator("dd");
  await expect(figures.first()).toBeVisible();
  const closed = await figures.evaluateAll(
    (all) =>
      all.filter((one) => /\d/.test(one.textContent ?? "") && !one.querySelector("a")).length,
  );
  expect(closed).toBe(1); // the terms, which name no figure of their own
  await page.getByRole("link", { name: "14,200 EUR" }).click();
  await expect(page).toHaveURL(/\/trends\?.*tag=northfield\/ruhr\/rolling\/energy/);
});

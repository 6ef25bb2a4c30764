import { expect, test } from "@playwright/test";
import type { Plant } from "../../src/api/types.ts";
import { answered, signIn } from "../support.ts";

test.beforeEach(async ({ page }) => {
  await signIn(page, "demo");
});

test("Home answers in one sentence, and its numbers are doors", async ({ page }) => {
  await page.goto("/");
  const sentence = page.getByRole("heading", { level: 1 });
  await expect(sentence).toContainText("Proven value: 14,200");
  await expect(sentence).toContainText(/1 tag bad.*tags stale.*complete/);
  await sentence.getByRole("link", { name: /stale/ }).click();
  await expect(page).toHaveURL(/\/plant\?.*state=stale/);
  await expect(page.getByRole("row", { name: /electrode_wear/ })).toBeVisible();
});

test("an initiative leads with its verdict and shows what it rests on", async ({ page }) => {
  await page.goto("/value");
  await page.getByRole("link", { name: "Reheater night setback" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Proven: 14,200");
  await expect(page.locator(".u-over")).toHaveCount(2);
  await expect(page.getByText("there the model extrapolates")).toBeVisible();
  await expect(page.getByText("K. Yilmaz")).toBeVisible();
});

test("where there is no verdict it says so and why", async ({ page }) => {
  await page.goto("/value/compressor-leak-hunt");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    "No verdict: the reporting period has 12 of 28 days",
  );
  await expect(page.getByText("disqualifies").first()).toBeVisible();
});

test("a query runs by keyboard, is drawn, and stands in the address", async ({ page }) => {
  await page.goto("/sql");
  await page.getByTestId("sql-editor").getByRole("textbox").click();
  await page.keyboard.type("SELECT ts, value FROM samples('a')");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("90 rows in");
  await page.getByText("Chart", { exact: true }).click();
  await expect(page.locator(".u-over")).toBeVisible();
  await expect(page).toHaveURL(/q=SELECT.*view=chart/);
});

test("a result shows its times whole", async ({ page }) => {
  await page.goto(`/sql?q=${encodeURIComponent("SELECT ts, value FROM samples('a')")}`);
  for (const shape of [/^\d{4}-\d\d-\d\d \d/, /^\d{4}-\d\d-\d\d$/]) {
    const cell = page.getByRole("cell", { name: shape }).first();
    await expect(cell).toBeVisible();
    expect(await cell.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
  }
  await expect(page.getByText("Times in SQL are UTC")).toBeVisible();
});

test("every page names the zone of the plant", async ({ page }) => {
  for (const path of ["/", "/trends", "/value", "/sql", "/admin"]) {
    await page.goto(path);
    await expect(page.getByTestId("zone")).toHaveText("Europe/Berlin");
  }
});

test("a query that is refused or wrong says where", async ({ page }) => {
  await page.goto(`/sql?q=${encodeURIComponent("SELECT nope FROM tags")}`);
  await expect(page.getByRole("alert")).toContainText("line 1, column 8");
  await page.goto(`/sql?q=${encodeURIComponent("COPY tags TO 'x'")}`);
  await expect(page.getByRole("alert")).toContainText("statement COPY is not allowed");
});

test("Data shows gaps and refused rows, with doors into Trends", async ({ page }) => {
  await page.goto("/data?range=all");
  await page
    .getByRole("button", { name: "Show the gaps of northfield/ruhr/rolling/energy" })
    .click();
  const gaps = page.getByRole("list", { name: "Gaps of northfield/ruhr/rolling/energy" });
  await gaps.getByRole("link").first().click();
  await expect(page).toHaveURL(/\/trends\?.*tag=northfield\/ruhr\/rolling\/energy/);
  await page.goto("/data?tab=letters");
  await expect(page.getByText('expected a number, got "n/a"').first()).toBeVisible();
});

test("Plant shows live values, greys stale ones and strikes bad ones", async ({ page }) => {
  await page.goto("/plant?scope=northfield/ruhr/rolling/line-1/finishing");
  const row = page.getByRole("row", { name: /thickness/ });
  await expect(row.locator("[data-state=bad]")).toBeVisible();
  await page.goto("/plant?scope=northfield/ruhr/melt-shop/furnace-2");
  await expect(
    page.getByRole("row", { name: /electrode_wear/ }).locator("[data-state=stale]"),
  ).toBeVisible();
});

test("a new token's secret is shown once", async ({ page }) => {
  await page.goto("/admin");
  await page.getByRole("button", { name: "Create token" }).click();
  await page.getByLabel("What it is for").fill("line 3");
  await page.getByRole("dialog").getByRole("button", { name: "Create token" }).click();
  await expect(page.getByText("bp_not-a-real-secret")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("bp_not-a-real-secret")).toHaveCount(0);
});

test("German speaks German", async ({ page }) => {
  await page.goto("/value");
  await page.getByRole("button", { name: "Settings and account" }).click();
  await page.getByRole("menuitem", { name: "Deutsch" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(
    "1 von 3 Vorhaben nachgewiesen",
  );
  await expect(page.getByRole("heading", { level: 1 })).toContainText("14.200");
});

test("a range that cannot be read is told, with what is shown in its place", async ({ page }) => {
  await page.goto("/data?from=x");
  await expect(page.getByRole("alert")).toContainText(
    "cannot be read (from=x). Shown is: Last 24 h",
  );
  await page.goto("/data?range=7d");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("Trends is as it was left", async ({ page }) => {
  await page.goto("/trends?tag=northfield/ruhr/rolling/energy&layout=overlaid");
  await expect(page.locator(".u-over")).toBeVisible();
  await page.getByRole("link", { name: "Value" }).click();
  await expect(page).toHaveURL(/\/value/);
  await page.getByRole("link", { name: "Trends" }).click();
  await expect(page).toHaveURL(/tag=northfield\/ruhr\/rolling\/energy&layout=overlaid/);
});

test("times on the page of an asset are in its own zone", async ({ page }) => {
  const scope = "northfield/ruhr/melt-shop";
  const plant = await answered<Plant>(page, "/api/v1/plant");
  for (const asset of plant.assets) {
    if (asset.path === scope) asset.time_zone = "America/New_York";
  }
  await page.route("**/api/v1/plant", (route) => route.fulfill({ json: plant }));
  await page.goto(`/plant?scope=${scope}`);
  await expect(page.getByTestId("zone")).toHaveText("America/New_York");
  await page.goto("/plant?scope=northfield/ruhr/rolling");
  await expect(page.getByTestId("zone")).toHaveText("Europe/Berlin");
});

test("revoking says when it is one's own and the last admin token", async ({ page }) => {
  await page.goto("/admin");
  const own = page.getByRole("row", { name: /admin\.token/ });
  await own.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("dialog")).toContainText("the token you are signed in with");
  await expect(page.getByRole("dialog")).toContainText("the last admin token");
  await page.keyboard.press("Escape");
  await page
    .getByRole("row", { name: /telegraf/ })
    .getByRole("button", { name: "Revoke" })
    .click();
  await expect(page.getByRole("dialog")).toContainText("telegraf");
  await expect(page.getByRole("dialog")).not.toContainText("admin token");
});

import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { dragChart, rangeOf, signIn } from "../support.ts";

const ENERGY = "/trends?tag=northfield/ruhr/rolling/energy";

test.beforeEach(async ({ page }) => {
  await signIn(page, "demo");
});

test("a drag zooms, back undoes it, a double click shows all", async ({ page }) => {
  await page.goto(`${ENERGY}&from=2026-01-01T00:00:00Z&to=2026-07-01T00:00:00Z`);
  const whole = rangeOf(page);
  await expect(page.locator(".u-over")).toBeVisible();
  await dragChart(page, 0.25, 0.5);
  await expect
    .poll(() => rangeOf(page).to - rangeOf(page).from)
    .toBeLessThan((whole.to - whole.from) * 0.3);
  const zoomed = rangeOf(page);
  const length = whole.to - whole.from;
  expect((zoomed.from - whole.from) / length).toBeCloseTo(0.25, 1);
  expect((zoomed.to - whole.from) / length).toBeCloseTo(0.5, 1);
  await page.goBack();
  await expect.poll(() => rangeOf(page)).toEqual(whole);
  await page.locator(".u-over").dblclick();
  await expect(page).toHaveURL(/range=all/);
});

test("a Shift-drag moves the view by what it was dragged", async ({ page }) => {
  await page.goto(`${ENERGY}&from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z`);
  const before = rangeOf(page);
  await expect(page.locator(".u-over")).toBeVisible();
  await dragChart(page, 0.5, 0.75, true);
  await expect.poll(() => rangeOf(page).from).not.toBe(before.from);
  const after = rangeOf(page);
  expect(after.to - after.from).toBe(before.to - before.from);
  expect((before.from - after.from) / (before.to - before.from)).toBeCloseTo(0.25, 1);
});

test("keys move, zoom and go back", async ({ page }) => {
  await page.goto(`${ENERGY}&from=2026-03-01T00:00:00Z&to=2026-03-05T00:00:00Z`);
  const chart = page.getByRole("application");
  await chart.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => rangeOf(page).from).toBe(Date.parse("2026-03-02T00:00:00Z"));
  await page.keyboard.press("+");
  await expect.poll(() => rangeOf(page).to - rangeOf(page).from).toBe(2 * 86_400_000);
  await page.keyboard.press("Backspace");
  await expect.poll(() => rangeOf(page).to - rangeOf(page).from).toBe(4 * 86_400_000);
  await page.keyboard.press("Shift+ArrowRight");
  await expect(page.getByRole("columnheader", { name: /Mar 2026/ })).toBeVisible();
  await page.keyboard.press("0");
  await expect(page).toHaveURL(/range=all/);
});

test("the chart keeps the keys while data are on their way", async ({ page }) => {
  await page.route(/\/api\/v1\/(samples|aggregate)/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await route.continue();
  });
  await page.goto(`${ENERGY}&from=2026-03-01T00:00:00Z&to=2026-03-05T00:00:00Z`);
  await page.getByRole("application").focus();
  for (const day of [2, 3, 4, 5, 6]) {
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => rangeOf(page).from).toBe(Date.UTC(2026, 2, day));
    await expect(page.getByRole("application")).toBeFocused();
  }
});

test("the list of tags opens for who types, and closes behind who leaves", async ({ page }) => {
  await page.goto(ENERGY);
  const field = page.getByRole("combobox", { name: /Add tag/ });
  await field.focus();
  await expect(page.getByRole("listbox")).toHaveCount(0);
  await page.keyboard.type("reheater");
  await expect(page.getByRole("listbox")).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("listbox")).toHaveCount(0);
});

test("tags are added by keyboard, hidden and removed", async ({ page }) => {
  await page.goto(ENERGY);
  await page.getByRole("combobox", { name: /Add tag/ }).fill("reheater temperature");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/tag=northfield\/ruhr\/rolling\/line-1\/reheater\/temperature/);
  await expect(page.locator(".u-over")).toHaveCount(2);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Hide northfield\/ruhr\/rolling\/energy/ }).click();
  await expect(page.locator(".u-over")).toHaveCount(1);
  await page.getByRole("button", { name: /^Remove northfield\/ruhr\/rolling\/energy/ }).click();
  await expect(page).not.toHaveURL(/rolling\/energy/);
});

test("what is drawn can be taken away as CSV and as a picture", async ({ page }) => {
  await page.goto(`${ENERGY}&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z`);
  await expect(page.locator(".u-over")).toBeVisible();
  const [csv] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV" }).click(),
  ]);
  const text = await readFile(await csv.path(), "utf8");
  expect(text.split("\r\n")[0]).toBe("time,northfield/ruhr/rolling/energy [kWh]");
  expect(text.trimEnd().split("\r\n")).toHaveLength(1 + 96);
  const [png] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "PNG" }).click(),
  ]);
  const picture = await readFile(await png.path());
  expect(picture.subarray(1, 4).toString()).toBe("PNG");
});

test("an empty stretch says so and leads to the data", async ({ page }) => {
  await page.goto(`${ENERGY}&from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z`);
  await expect(page.getByText("No samples in this range")).toBeVisible();
  await page.getByRole("button", { name: "Show all data" }).click();
  await expect(page).toHaveURL(/range=all/);
});

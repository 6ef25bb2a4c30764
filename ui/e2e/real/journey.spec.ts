import { expect, test } from "@playwright/test";
import type { Initiative, Plant, Tag } from "../../src/api/types.ts";
import { dragChart, expectAccessible, rangeOf, watch } from "../support.ts";

/** The numeric tag with most samples: every server with data has one. */
async function longestTag(request: {
  get(url: string): Promise<{ json(): Promise<unknown> }>;
}): Promise<Tag> {
  const plant = (await (await request.get("/api/v1/plant")).json()) as Plant;
  const numeric = plant.tags.filter((tag) => tag.type === "double" && tag.samples > 1000);
  const tag = numeric.sort((a, b) => (a.first ?? 0) - (b.first ?? 0))[0];
  if (!tag) throw new Error("this server holds no numeric tag with a thousand samples");
  return tag;
}

test("Home says what the plant's data brought, and asks no other machine", async ({
  page,
  baseURL,
}) => {
  const seen = watch(page, baseURL ?? "");
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("complete");
  await expectAccessible(page);
  expect(seen.foreign).toEqual([]);
  expect(seen.errors).toEqual([]);
});

test("a drag zooms a trend of everything to finer detail", async ({ page }) => {
  const tag = await longestTag(page.request);
  await page.goto(`/trends?tag=${tag.path}&range=all`);
  await expect(page.locator(".u-over")).toBeVisible();
  await expect(page.getByText(/mean with lowest and highest per/)).toBeVisible();
  await dragChart(page, 0.4, 0.42);
  await expect(page).toHaveURL(/from=.*to=/);
  const { from, to } = rangeOf(page);
  const life = (tag.last ?? 0) - (tag.first ?? 0);
  expect(to - from).toBeLessThan(life * 0.05);
  await expect(page.getByText("every sample")).toBeVisible();
  const row = page.getByRole("row", { name: new RegExp(tag.path) });
  await expect(row.getByRole("cell").nth(1)).toHaveText(/[0-9]/);
  await expectAccessible(page);
});

test("an initiative leads with its verdict", async ({ page }) => {
  const list = (await (await page.request.get("/api/v1/initiatives")).json()) as {
    initiatives: Initiative[];
  };
  const first = list.initiatives[0];
  expect(first, "the server under test declares an initiative").toBeDefined();
  await page.goto("/value");
  await page.getByRole("link", { name: first?.title ?? "" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(
    /^\s*(Proven|Proven loss|Not significant|No verdict): /,
  );
  await expect(page.locator(".u-over").first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "What could be wrong" })).toBeVisible();
  await expectAccessible(page);
});

test("a query is run, refused where it must be, and drawn", async ({ page }) => {
  const tag = await longestTag(page.request);
  const sum = `SELECT date_trunc('month', ts) AS month, sum(value) AS total FROM samples('${tag.path}') GROUP BY month ORDER BY month`;
  await page.goto("/sql");
  await page.getByTestId("sql-editor").getByRole("textbox").click();
  await page.keyboard.insertText(sum);
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/\d+ rows? in /);
  await expect(page.getByRole("columnheader", { name: "total" })).toBeVisible();
  await page.getByText("Chart", { exact: true }).click();
  await expect(page.locator(".u-over")).toBeVisible();
  await page.goto(`/sql?q=${encodeURIComponent("SELECT nope FROM tags")}`);
  await expect(page.getByRole("alert")).toContainText(/line 1, column 8/);
  await page.goto(`/sql?q=${encodeURIComponent("COPY tags TO 'x.csv'")}`);
  await expect(page.getByRole("alert")).toBeVisible();
});

test("a plant's tag shows its newest value as the server has it", async ({ page }) => {
  const tag = await longestTag(page.request);
  const scope = tag.path.slice(0, tag.path.lastIndexOf("/"));
  await page.goto(`/plant?scope=${scope}`);
  const row = page
    .getByRole("row", { name: new RegExp(`${tag.path.slice(scope.length + 1)} `) })
    .first();
  await expect(row.locator("[data-state]")).toHaveText(/[0-9]/);
  await row.getByRole("link").click();
  await expect(page).toHaveURL(/[?&]tag=/);
  await expect(page.getByRole("heading", { level: 1 }).locator("[data-state]")).toHaveText(/[0-9]/);
  await expect(page.locator(".u-over")).toBeVisible();
});

test("Data and Admin answer", async ({ page }) => {
  await page.goto("/data?range=all");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("complete");
  await expectAccessible(page);
  await page.goto("/data?tab=letters");
  await expect(page.getByText(/refused|Nothing was refused/).first()).toBeVisible();
  await page.goto("/admin");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("in use");
});

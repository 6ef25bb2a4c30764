import { expect, test } from "@playwright/test";
import { signIn, watchShift } from "../support.ts";

test("an empty plant says the exact next commands", async ({ page }) => {
  await signIn(page, "empty");
  for (const path of ["/", "/plant", "/data", "/trends"]) {
    await page.goto(path);
    await expect(page.getByText("bedplate apply --data DIR plant.yaml")).toBeVisible();
    await expect(page.getByText("bedplate demo")).toBeVisible();
  }
  await expect(page.getByTestId("live")).toHaveText("no data yet");
  await page.goto("/value");
  await expect(page.getByText("bedplate apply --data DIR initiative.yaml")).toBeVisible();
});

test("an error says what failed and offers to try again", async ({ page }) => {
  await signIn(page, "errors");
  await page.goto("/data");
  await expect(page.getByRole("alert")).toContainText(
    "the historian is recovering: 3 of 41 segments read",
  );
  await expect(page.getByRole("alert").getByRole("button", { name: "Try again" })).toBeVisible();
});

test("a trend that fails keeps the page around it", async ({ page }) => {
  await signIn(page, "errors");
  await page.goto("/trends?tag=northfield/ruhr/rolling/energy&range=all");
  await expect(page.getByRole("alert").first()).toContainText("the historian is recovering");
  await expect(page.getByRole("combobox", { name: /Add tag/ })).toBeVisible();
});

test("a slow server is met with skeletons and no jump", async ({ page }) => {
  await signIn(page, "slow");
  const shift = await watchShift(page);
  await page.goto("/value");
  await expect(page.locator("[aria-busy=true], [aria-hidden=true].pulse").first()).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("1 of 3 initiatives proven");
  expect(await shift()).toBeLessThan(0.1);
});

test("a lost connection is a bar with its age and the next try", async ({ page }) => {
  await signIn(page, "lost");
  await page.goto("/");
  const bar = page.getByTestId("lost");
  await expect(bar).toContainText(/No word from the server for \d+\ss/);
  await expect(bar).toContainText(/Next try in \d+ s|Trying/);
  await expect(page.getByTestId("live")).not.toHaveText("live");
  await expect(bar.getByRole("button", { name: "Try now" })).toBeVisible();
});

test("live is said while data flow", async ({ page }) => {
  await signIn(page, "demo");
  await page.goto("/");
  await expect(page.getByTestId("live")).toHaveText("live");
});

test("an unknown page and an unknown initiative say so", async ({ page }) => {
  await signIn(page, "demo");
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
  await page.goto("/value/nothing");
  await expect(page.getByRole("alert")).toContainText("no initiative nothing");
});

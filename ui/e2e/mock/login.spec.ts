import { expect, test } from "@playwright/test";
import { signIn } from "../support.ts";

test("a wrong token is told so, the right one leads to where one wanted to go", async ({
  page,
}) => {
  await page.goto("/value?scope=northfield");
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.getByLabel("Token", { exact: true }).fill("nonsense");
  await page.keyboard.press("Enter");
  await expect(page.getByText("this token is not known or was revoked")).toBeVisible();
  await page.getByLabel("Token", { exact: true }).fill("demo");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/value\?scope=northfield/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("1 of 3 initiatives proven");
});

test("a login link signs in and leaves no code in the address", async ({ page }) => {
  await page.goto("/login#code=demo");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Proven value");
  expect(page.url()).not.toContain("code");
});

test("a used login link explains itself", async ({ page }) => {
  await page.goto("/login#code=used");
  await expect(page.getByText("This link was used already")).toBeVisible();
});

test("signing out ends at the sign-in page", async ({ page }) => {
  await signIn(page, "demo");
  await page.goto("/");
  await page.getByRole("button", { name: "Settings and account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login/);
});

test("a viewer is not shown what a viewer may not do", async ({ page }) => {
  await signIn(page, "viewer");
  await page.goto("/");
  await expect(page.getByRole("link", { name: "Trends" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Admin" })).toHaveCount(0);
});

test.describe("in a German browser", () => {
  test.use({ locale: "de-AT" });

  test("all of the sign-in page is German", async ({ page }) => {
    await page.goto("/login#code=used");
    await expect(page.getByText("Dieser Link wurde schon benutzt")).toBeVisible();
    await expect(page.getByRole("button", { name: "Anmelden" })).toBeVisible();
  });
});

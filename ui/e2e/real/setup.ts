import { expect, test } from "@playwright/test";
import { SESSION_FILE } from "../session.ts";

/**
 * Signs in once, with the one-time link (or a token) in BEDPLATE_LOGIN, and keeps the session for
 * the tests that follow.
 */
test("sign in with the login link", async ({ page, context }) => {
  const login = process.env.BEDPLATE_LOGIN ?? "";
  expect(login, "BEDPLATE_LOGIN holds a login link or a token").not.toBe("");
  if (login.startsWith("bp_")) {
    await page.goto("/login");
    await page.getByLabel("Token", { exact: true }).fill(login);
    await page.keyboard.press("Enter");
  } else {
    await page.goto(login.slice(login.indexOf("/login")));
  }
  await expect(page.getByRole("navigation", { name: "Bedplate" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).not.toBeEmpty();
  expect(page.url()).not.toContain("code");
  await context.storageState({ path: SESSION_FILE });
});

import { expect, test } from "@playwright/test";
import { signIn } from "../support.ts";

test.beforeEach(async ({ page }) => {
  await signIn(page, "demo");
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Proven");
});

test("Ctrl-K finds a tag and jumps to its trend", async ({ page }) => {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("reheater gas");
  await expect(page.getByRole("option").first()).toContainText("gas_flow");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/trends\?.*tag=.*gas_flow/);
});

test("g and a letter go to a page, a question mark lists keys", async ({ page }) => {
  await page.keyboard.press("g");
  await page.keyboard.press("v");
  await expect(page).toHaveURL(/\/value/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText("Search everything");
  await expect(page.getByRole("dialog")).toContainText("Go to Trends");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("the tree is walked with arrows", async ({ page }) => {
  await page.goto("/plant");
  await page.getByRole("treeitem", { name: /^northfield/ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("treeitem", { name: /melt-shop/ })).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("treeitem", { name: /furnace-1/ })).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/scope=northfield\/ruhr\/melt-shop/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Melt shop");
});

test("the first Tab offers to skip to the content", async ({ page }) => {
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
});

test("every control that has the focus shows it", async ({ page }) => {
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press("Tab");
    const shown = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return true;
      const style = getComputedStyle(focused);
      return style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
    });
    expect(shown).toBe(true);
  }
});

test("arrows move between the rows of a table", async ({ page }) => {
  await page.goto("/value");
  await page.getByRole("link", { name: "Reheater night setback" }).focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("link", { name: "Electrode regulation tuning" })).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/value\/reheater-night-setback/);
});

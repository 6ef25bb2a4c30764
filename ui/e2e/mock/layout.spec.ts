import { expect, type Page, test } from "@playwright/test";
import { cutTexts, signIn, watchTexts } from "../support.ts";

/** Everything that is written can be read: at the widths of the house, in both languages. */

const INITIATIVES = ["reheater-night-setback", "electrode-regulation", "compressor-leak-hunt"];
const MANY_UNITS = [
  "northfield/ruhr/rolling/energy",
  "northfield/ruhr/rolling/line-1/reheater/temperature",
  "northfield/ruhr/rolling/line-1/reheater/gas_flow",
];

/** Elements whose text is wider than they are, or that stand out of the page. */
async function overflowing(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).evaluateAll((elements) =>
    elements
      .filter((one) => {
        const box = one.getBoundingClientRect();
        const inside = box.left >= 0 && box.right <= window.innerWidth;
        return box.width > 0 && (!inside || one.scrollWidth > one.clientWidth + 1);
      })
      .map((one) => one.textContent ?? ""),
  );
}

for (const locale of ["en-GB", "de-DE"]) {
  test.describe(locale, () => {
    test.use({ locale });

    for (const width of [768, 1024, 1440]) {
      test(`initiatives fit ${width} px`, async ({ page }) => {
        await watchTexts(page);
        await signIn(page, "demo");
        await page.setViewportSize({ width, height: 900 });
        for (const name of INITIATIVES) {
          await page.goto(`/value/${name}`);
          await expect(page.locator(".u-over").first()).toBeVisible();
          await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
          expect(await cutTexts(page)).toEqual([]);
          expect(await overflowing(page, "#content dd, #content dt, nav a")).toEqual([]);
        }
      });

      test(`axes of many units fit ${width} px`, async ({ page }) => {
        await watchTexts(page);
        await signIn(page, "demo");
        await page.setViewportSize({ width, height: 900 });
        const tags = MANY_UNITS.map((tag) => `tag=${tag}`).join("&");
        for (const layout of ["overlaid", "stacked"]) {
          await page.goto(`/trends?${tags}&layout=${layout}&range=7d`);
          await expect(page.locator(".u-over").first()).toBeVisible();
          await expect(page.getByRole("progressbar")).toHaveCount(0);
          expect(await cutTexts(page)).toEqual([]);
        }
      });
    }
  });
}

import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Signs in to the mock; the token names what goes wrong on purpose. */
export async function signIn(page: Page, scenario: string): Promise<void> {
  const answer = await page.request.post("/api/v1/session", { data: { token: scenario } });
  expect(answer.ok()).toBe(true);
}

/**
 * What the server answers, to be changed and given to the page. Asked before the page opens: an answer
 * fetched inside a route is gone when the page is left meanwhile.
 */
export async function answered<T>(page: Page, address: string): Promise<T> {
  const answer = await page.request.get(address);
  expect(answer.ok()).toBe(true);
  return (await answer.json()) as T;
}

/** Nothing that WCAG 2.2 AA calls serious or critical. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  const severe = violations.filter((one) => one.impact === "serious" || one.impact === "critical");
  const told = severe.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join("\n")}`);
  expect(told).toEqual([]);
}

/** Fails the test when the page asks any other machine for anything, or logs an error. */
export function watch(page: Page, base: string): { foreign: string[]; errors: string[] } {
  const seen = { foreign: [] as string[], errors: [] as string[] };
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !/^(data|blob):/.test(url)) seen.foreign.push(url);
  });
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") seen.errors.push(message.text());
  });
  return seen;
}

/** How far the page jumped by itself since it was opened (cumulative layout shift). */
export async function watchShift(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const total = { value: 0 };
    Object.assign(window, { layoutShift: total });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
        if (!shift.hadRecentInput) total.value += shift.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  return () =>
    page.evaluate(
      () => (window as unknown as { layoutShift: { value: number } }).layoutShift.value,
    );
}

/** Drags across the plot of the first chart, from one share of its width to another. */
export async function dragChart(
  page: Page,
  from: number,
  to: number,
  shift = false,
): Promise<void> {
  const box = await page.locator(".u-over").first().boundingBox();
  if (!box) throw new Error("no chart on the page");
  const y = box.y + box.height / 2;
  if (shift) await page.keyboard.down("Shift");
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + (box.width * (from + to)) / 2, y, { steps: 4 });
  await page.mouse.move(box.x + box.width * to, y, { steps: 4 });
  await page.mouse.up();
  if (shift) await page.keyboard.up("Shift");
}

export interface Range {
  from: number;
  to: number;
}

/** The fixed range in the address. */
export function rangeOf(page: Page): Range {
  const params = new URL(page.url()).searchParams;
  return { from: Date.parse(params.get("from") ?? ""), to: Date.parse(params.get("to") ?? "") };
}

/** Has every chart remember the texts it draws, for `cutTexts`. Call before the page is opened. */
export async function watchTexts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const cut = new Map<string, string>();
    Object.assign(window, { cutTexts: cut });
    const draw = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
      const size = this.measureText(text);
      const place = this.getTransform();
      const turned = place.b !== 0 || place.c !== 0;
      const left = x - size.actualBoundingBoxLeft;
      const right = x + size.actualBoundingBoxRight;
      const top = y - size.actualBoundingBoxAscent;
      const inside = left >= -1 && right <= this.canvas.width + 1 && top >= -1;
      if (!turned && text !== "" && !inside) {
        cut.set(text, `${left.toFixed()} to ${right.toFixed()} of ${this.canvas.width}`);
      }
      return draw.call(this, text, x, y, ...rest);
    };
  });
}

/** The texts that a chart drew beyond its own edge. */
export async function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut = (window as unknown as { cutTexts: Map<string, string> }).cutTexts;
    return [...cut].map(([text, where]) => `${text}: ${where}`);
  });
}

import { defineConfig } from "@playwright/test";

/** Where the mock listens during `e2e:mock`. */
const MOCK_PORT = Number(process.env.BEDPLATE_MOCK_PORT ?? 8091);
const mock = `http://127.0.0.1:${MOCK_PORT}`;
const real = process.env.BEDPLATE_URL;

const chromium = {
  browserName: "chromium" as const,
  launchOptions: {
    executablePath: process.env.BEDPLATE_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: { ...chromium, viewport: { width: 1440, height: 900 }, timezoneId: "UTC", locale: "en-GB" },
  projects: [
    { name: "mock", testDir: "e2e/mock", use: { baseURL: mock } },
    { name: "real", testDir: "e2e/real", use: { baseURL: real ?? mock } },
    { name: "screenshots", testDir: "e2e/screenshots", use: { baseURL: real ?? mock } },
  ],
  ...(real
    ? {}
    : {
        webServer: {
          command: `node mock/main.ts ${MOCK_PORT}`,
          url: mock,
          reuseExistingServer: false,
        },
      }),
});

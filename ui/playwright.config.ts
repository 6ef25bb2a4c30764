import { defineConfig } from "@playwright/test";
import { SESSION_FILE } from "./e2e/session.ts";

/**
 * Where the mock listens: a port of this run's own, so that two runs on one machine do not meet.
 * The workers read this file again and find the port in the environment they inherit.
 */
process.env.BEDPLATE_MOCK_PORT ??= String(20_000 + (process.pid % 20_000));
const MOCK_PORT = Number(process.env.BEDPLATE_MOCK_PORT);
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

function screenshots(baseURL: string) {
  return { name: "screenshots", testDir: "e2e/screenshots", use: { baseURL } };
}

/** A real server is signed in to once; its login link works a single time. */
function realProjects(baseURL: string) {
  const signedIn = { baseURL, storageState: SESSION_FILE };
  const dependencies = ["sign-in"];
  return [
    { name: "sign-in", testDir: "e2e/real", testMatch: "setup.ts", use: { baseURL } },
    { name: "real", testDir: "e2e/real", dependencies, use: signedIn },
    { ...screenshots(baseURL), dependencies, use: signedIn },
  ];
}

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
    ...(real ? realProjects(real) : [screenshots(mock)]),
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

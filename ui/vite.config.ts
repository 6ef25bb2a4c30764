import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a server: the mock unless BEDPLATE_URL says otherwise. */
const server = process.env.BEDPLATE_URL ?? "http://127.0.0.1:8090";

const proxy = {
  "/api": { target: server, changeOrigin: true, headers: { origin: server } },
  "/health": { target: server, changeOrigin: true, headers: { origin: server } },
};

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    cssCodeSplit: true,
    // The server sends the content security policy `script-src 'self'`; inlined assets would break it.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy },
  preview: { proxy },
  test: { include: ["src/**/*.test.ts", "mock/**/*.test.ts"], environment: "node" },
});

// The browser of `cargo xtask dev`: opens the address and reloads at every line of its input.

import { createInterface } from "node:readline";

import { chromium } from "playwright-core";

const [address] = process.argv.slice(2);
const isRoot = process.getuid?.() === 0;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  headless: false,
  args: isRoot ? ["--no-sandbox"] : [],
});
const page = await browser.newPage({ viewport: null });
browser.on("disconnected", () => process.exit(0));
await page.goto(address);

const lines = createInterface({ input: process.stdin });
// A page that is just going away cannot be reloaded; the next line will find the new one.
lines.on("line", () => page.reload().catch(() => {}));
lines.on("close", () => browser.close());

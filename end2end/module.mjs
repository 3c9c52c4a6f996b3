// A page that holds nothing but the calculation code, for comparing and timing it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { CHROMIUM_FLAGS } from "./desk.mjs";

const FILES = {
  "/": ["text/html", null],
  "/equality.js": ["text/javascript", "equality.js"],
  "/equality_bg.wasm": ["application/wasm", "equality_bg.wasm"],
};

/** Serves the module to a headless browser and gives `body` a page in which `module` is loaded. */
export async function withModule(body) {
  const folder = process.env.EQUALITY_FOLDER;
  assert.ok(folder, "EQUALITY_FOLDER is not set: run `cargo xtask test`");
  const server = createServer(async (request, response) => {
    const [type, name] = FILES[request.url] ?? [null, null];
    if (type === null) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type });
    const page = "<!doctype html><link rel=icon href=data:,><title>equality</title>";
    response.end(name === null ? page : await readFile(join(folder, name)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.evaluate(async () => {
      const module = await import("/equality.js");
      await module.default({ module_or_path: "/equality_bg.wasm" });
      globalThis.module = module;
    });
    return await body(page);
  } finally {
    await browser.close();
    server.close();
  }
}

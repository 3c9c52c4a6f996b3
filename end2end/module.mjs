// A page that holds nothing but modules of ours, for comparing and timing them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { CHROMIUM_FLAGS } from "./desk.mjs";

const SCRIPT = "text/javascript";
const TYPES = { js: SCRIPT, mjs: SCRIPT, wasm: "application/wasm", css: "text/css" };
const PACKAGES = fileURLToPath(new URL("node_modules", import.meta.url));

/** Which file an address is: a module's, or one of a package's that it is compared with. */
function fileOf(name, folder, path) {
  const own = [`/${name}.js`, `/${name}_bg.wasm`];
  if (own.includes(path)) return join(folder, path);
  const isPlain = /^\/packages\/[\w./-]+$/.test(path) && !path.includes("..");
  return isPlain ? join(PACKAGES, path.slice("/packages".length)) : null;
}

/** Serves a module to a headless browser and gives `body` a page in which `module` is loaded. */
export async function withModule(body, { name = "equality", style = "", flags = [] } = {}) {
  const setting = `${name.toUpperCase()}_FOLDER`;
  const folder = process.env[setting];
  assert.ok(folder, `${setting} is not set: run \`cargo xtask test\``);
  const page = `<!doctype html><link rel=icon href=data:,><title>${name}</title>${style}`;
  const server = createServer(async (request, response) => {
    const file = fileOf(name, folder, request.url);
    if (request.url === "/") {
      return response.writeHead(200, { "content-type": "text/html" }).end(page);
    }
    const content = file && (await readFile(file).catch(() => null));
    if (!content) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[file.split(".").at(-1)] ?? "text/plain" });
    response.end(content);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const args = [...CHROMIUM_FLAGS, ...flags];
  const browser = await chromium.launch({ executablePath, headless: true, args });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.evaluate(async (name) => {
      const module = await import(`/${name}.js`);
      await module.default({ module_or_path: `/${name}_bg.wasm` });
      globalThis.module = module;
    }, name);
    return await body(page);
  } finally {
    await browser.close();
    server.close();
  }
}

// The desk on a device: read without the server, renewed, installed.

import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { openPage, startVolaris, tabTo, visit } from "../desk.mjs";
import { api } from "../members.mjs";

const LOOK_MS = 100;
const LOOKS_MAX = 300;

/** Until it is so in the page; Playwright's own way needs a hole in the content policy. */
async function until(page, look, given) {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    if (await page.evaluate(look, given).catch(() => false)) return;
    await pause(LOOK_MS);
  }
  assert.fail(`it never came to ${look}`);
}

/** Until the worker has put the page, its books and its bars on the device. */
async function untilKept(page, path) {
  await until(
    page,
    async (path) => {
      const has = async (store, part) => {
        const names = await (await caches.open(store)).keys();
        return names.some(({ url }) => url.includes(part));
      };
      const parts = [["pages", path], ["answers", "/api/v1/books"], ["answers", "/bars/read"]];
      return (await Promise.all(parts.map((one) => has(...one)))).every(Boolean);
    },
    path,
  );
}

test("the desk opens without its server, says how old it is, and goes on by itself", async () => {
  const server = await startVolaris();
  const { folder } = server;
  const page = await openPage({ server, path: "/chart/SPX?span=5m" });
  try {
    await page.locator('.feed-age[data-state="live"]').waitFor();
    await untilKept(page, "/chart/SPX?span=5m");
    const listen = new URL(server.address).host;
    await server.stop({ keepFolder: true });

    await page.reload();
    const notice = page.locator(".top-bar__offline");
    await notice.waitFor();
    assert.match(await notice.innerText(), /^Offline\. Prices and levels are .+ old/);
    // The levels and the chart are the device's, computed by the same code as ever.
    await page.locator(".ladder__last").waitFor();
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    assert.equal(await page.locator(".desk").getAttribute("data-stale"), "true");

    // The application's own address leads to the page that is there.
    await page.goto(`${server.address}/`);
    await notice.waitFor();
    assert.match(page.url(), /\/chart\/SPX\?span=5m$/);

    // A page that was never here says so, and leads to one that was.
    const answer = await page.goto(`${server.address}/chart/NDX`);
    assert.equal(answer.status(), 503);
    await page.getByRole("heading", { name: "The desk cannot be reached" }).waitFor();
    await page.getByRole("link", { name: "/chart/SPX" }).click();
    await notice.waitFor();

    const again = await startVolaris({ folder, listen });
    try {
      await page.locator('.feed-age[data-state="live"]').waitFor({ timeout: 30_000 });
      await notice.waitFor({ state: "hidden" });
      // What the browser itself says of a server that is away is no fault of the page.
      page.complaints.length = 0;
      await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    } finally {
      await page.quit();
      await again.stop({ keepFolder: false });
    }
  } finally {
    page.complaints.length = 0;
    await page.quit();
  }
});

visit(
  "what somebody holds is not kept on the device",
  { path: "/chart/SPX?span=5m" },
  async ({ page, server }) => {
    await until(page, () => navigator.serviceWorker.controller !== null);
    const position = "-2 SPXW 15MAR24 5000/4950P";
    const held = { position, name: "Nobody else's", stage: "open", paid: -900 };
    assert.equal((await api(server, "/api/v1/positions", "", "POST", held)).status, 201);
    await page.goto(`${server.address}/positions/SPX`);
    await page.locator(".position", { hasText: "Nobody else's" }).waitFor();
    await page.goto(`${server.address}/plan/SPX?position=${position.replaceAll(" ", "_")}`);
    await page.locator(".plan-payoff__now").waitFor();
    // Other screens carry it along.
    await page.getByRole("button", { name: "Chain", exact: true }).click();
    await page.locator(".chain-row").first().waitFor();
    assert.match(page.url(), /chain\/SPX.*position=/);
    await page.reload();
    await page.locator(".chain-row").first().waitFor();
    await page.goto(`${server.address}/chart/SPX?span=15m`);
    // What came later is kept: so everything before it was looked at.
    await untilKept(page, "/chart/SPX?span=15m");
    const kept = await page.evaluate(async () => {
      const found = [];
      for (const store of await caches.keys()) {
        const cache = await caches.open(store);
        for (const request of await cache.keys()) {
          const text = await (await cache.match(request)).text();
          found.push({ url: request.url, isHeld: text.includes("Nobody else's") });
        }
      }
      return found;
    });
    const found = kept.filter(({ url, isHeld }) => isHeld || /positions?\b|plan\/|paid=/.test(url));
    assert.deepEqual(found, []);
  },
);

/**
 * Stands before the server. Once it is told to, another build is there: its worker says so, and so
 * does each of its pages.
 */
async function deploy(server) {
  const target = new URL(server.address);
  let isNew = false;
  const front = createServer((asked, answered) => {
    const { method, url, headers } = asked;
    const isWorker = url === "/service-worker.js";
    const isCode = url.startsWith("/pkg/");
    const plain = isCode ? headers : { ...headers, "accept-encoding": "identity" };
    const options = { host: target.hostname, port: target.port, method, path: url, headers: plain };
    const passed = request(options, async (answer) => {
      const isPage = answer.headers["content-type"]?.startsWith("text/html");
      if (!isNew || !(isWorker || isPage)) {
        answered.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(answered);
        return;
      }
      let text = "";
      for await (const part of answer.setEncoding("utf8")) text += part;
      if (isWorker) {
        answered.writeHead(200, { "content-type": "text/javascript", "cache-control": "no-cache" });
        answered.end(text.replace(/const BUILD = "[^"]*"/, 'const BUILD = "another"'));
        return;
      }
      const told = { ...answer.headers };
      // It is another text now.
      for (const name of ["content-length", "transfer-encoding"]) delete told[name];
      answered.writeHead(answer.statusCode, told);
      answered.end(text.replace("<html ", '<html data-build="another" '));
    });
    passed.on("error", () => answered.destroy());
    asked.pipe(passed);
  });
  const sockets = new Set();
  front.on("upgrade", (asked, socket, head) => {
    const through = connect(target.port, target.hostname, () => {
      const lines = [];
      for (let at = 0; at < asked.rawHeaders.length; at += 2) {
        lines.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
      }
      through.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      through.write(head);
      through.pipe(socket).pipe(through);
    });
    for (const one of [socket, through]) {
      sockets.add(one);
      one.on("error", () => {}).on("close", () => sockets.delete(one));
    }
  });
  await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${front.address().port}`,
    replace: () => (isNew = true),
    cut: () => sockets.forEach((one) => one.destroy()),
    close: () => {
      sockets.forEach((one) => one.destroy());
      front.closeAllConnections();
      front.close();
    },
  };
}

test("a new version is there after one reload, is told, and its code comes by a key", async () => {
  const server = await startVolaris();
  const front = await deploy(server);
  const path = "/chart/SPX?span=5m";
  const page = await openPage({ server: front, path });
  try {
    // From now on the device has a page that a worker could show in place of the new one.
    await untilKept(page, path);
    const build = () => page.evaluate(() => document.documentElement.dataset.build);
    assert.equal(await build(), undefined);
    front.replace();
    // The server that comes back after a break may be a newer one: the page asks.
    front.cut();
    const toast = page.locator(".toast", { hasText: "A new version of the desk is ready." });
    await toast.waitFor({ timeout: 30_000 });
    // Who does not heed that has the new page all the same, though the worker is the old one.
    await page.reload();
    assert.equal(await build(), "another", "a stale page");
    const stores = () => page.evaluate(() => caches.keys());
    const codes = async () => (await stores()).filter((name) => name.startsWith("code "));
    assert.equal((await codes()).length, 2, "the old one's code, and the new one's");
    await toast.waitFor({ timeout: 30_000 });
    await page.evaluate(() => (window.isOld = true));
    // A message stands at the end of the page.
    await tabTo(page, toast.getByRole("button", { name: "Reload" }), "Shift+Tab");
    await page.keyboard.press("Enter");
    await until(page, () => window.isOld === undefined);
    await page.locator('.feed-age[data-state="live"]').waitFor();
    assert.deepEqual(await codes(), ["code another"]);
    page.complaints.length = 0;
  } finally {
    await page.quit();
    front.close();
    await server.stop();
  }
});

visit(
  "what a browser needs to install the desk is there, and its offer is taken up",
  {},
  async ({ page }) => {
    const href = await page.locator('link[rel="manifest"]').getAttribute("href");
    const told = await page.evaluate(async (href) => {
      const manifest = await (await fetch(href)).json();
      const sized = async ({ src }) => {
        const image = new Image();
        image.src = src;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      };
      const icons = manifest.icons.filter(({ sizes }) => sizes !== "any");
      const found = await Promise.all(icons.map(sized));
      return { manifest, found, wanted: icons.map(({ sizes }) => sizes) };
    }, href);
    assert.deepEqual(told.found, told.wanted);
    assert.equal(told.manifest.display, "standalone");
    assert.ok(told.manifest.icons.some(({ purpose }) => purpose === "maskable"));
    for (const { url } of told.manifest.shortcuts) {
      assert.equal(await page.evaluate(async (url) => (await fetch(url)).status, url), 200);
    }
    // No browser under a test offers by itself.
    await until(page, () => navigator.serviceWorker.controller !== null);
    await page.evaluate(() => {
      const offer = new Event("beforeinstallprompt", { cancelable: true });
      offer.prompt = async () => (window.wasAsked = true);
      dispatchEvent(offer);
    });
    await page.keyboard.press("Control+k");
    await page.keyboard.type("install");
    await page.getByRole("option", { name: "Install the desk on this device" }).waitFor();
    await page.keyboard.press("Enter");
    await until(page, () => window.wasAsked === true);
  },
);

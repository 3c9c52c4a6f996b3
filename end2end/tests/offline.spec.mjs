// The desk on a device: read without the server, renewed, installed.

import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

import { canvasOf, pause as pauseTape, under } from "../chart.mjs";
import { live, openPage, startVolaris, tabTo, until as untilSo, visit } from "../desk.mjs";
import { untilKept } from "../device.mjs";
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

const PHONE = { width: 390, height: 844, touch: true };
/** What a tab of a phone brings, of what is on the device. */
const PANES = [
  ["Levels", ".desk__levels", ".rung"],
  ["Watch", ".desk__watch", ".watch-row"],
  ["Chart", ".desk__chart", ".price-chart__canvas"],
];

/** What the page tells of the market, whichever pane is in sight. */
async function told(page) {
  return page.evaluate(() => {
    const words = (selector) =>
      [...document.querySelectorAll(selector)].map((one) => one.textContent.trim());
    const name = (rung) => rung.querySelector(".rung__name").firstChild.textContent;
    const price = (rung) => rung.querySelector(".rung__price data").value;
    return {
      clock: words(".market-clock__time"),
      quote: words(".top-bar__quote"),
      bar: words(".price-chart__data"),
      rows: words(".watch-row__price"),
      levels: [...document.querySelectorAll(".rung")].map((one) => `${name(one)} ${price(one)}`),
    };
  });
}

/** Goes from pane to pane by finger: each has what was seen, and says how old that is. */
async function seePanes(page, seen) {
  const notice = page.locator(".top-bar__offline");
  const words = /^Offline\. Prices and levels are (.+) old/;
  const age = async () => words.exec(await notice.innerText())?.[1];
  for (const [name, pane, part] of PANES) {
    await page.locator(".tab-bar").getByRole("button", { name, exact: true }).tap();
    await page.locator(pane).locator(part).first().waitFor();
    for (const [, other] of PANES.filter(([one]) => one !== name)) {
      assert.ok(!(await page.locator(other).isVisible()), `${other} stands beside ${name}`);
    }
    const before = await age();
    assert.ok(before, `on ${name} nothing says how old it is`);
    const isOlder = async () => (await age()) !== before;
    await untilSo(isOlder, `on ${name} it stays ${before} old`, { seconds: 70 });
    const isSame = async () => isDeepStrictEqual(await told(page), seen);
    await untilSo(isSame, `on ${name} it is not what was seen last`);
  }
}

test("on a phone a finger goes through what was last seen, until the server is back", async () => {
  const server = await startVolaris();
  let [page, again] = [];
  try {
    // The market stands: what is seen last is what is kept.
    const first = await openPage({ server });
    await pauseTape(first);
    await first.quit();
    // A link brought what is shown: this device's own layout is another one.
    page = await openPage({ server, path: "/chart/NDX?span=1m", ...PHONE });
    await live(page);
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    const wall = page.locator(".rung__name", { hasText: "Call wall" });
    await wall.waitFor({ state: "attached" });
    await untilKept(page, "/chart/NDX?span=1m");
    const seen = await told(page);
    for (const [name, words] of Object.entries(seen)) assert.ok(words[0], `no ${name}`);
    await server.stop({ keepFolder: true });

    await page.reload();
    const notice = page.locator(".top-bar__offline");
    await notice.waitFor();
    await seePanes(page, seen);
    // No device keeps quotes of options: that is said.
    await page.locator(".tab-bar").getByRole("button", { name: "Chain", exact: true }).tap();
    await page.locator(".chain").getByText("server did not answer").waitFor();

    again = await startVolaris({ folder: server.folder, listen: new URL(server.address).host });
    await notice.waitFor({ state: "hidden" });
    await live(page);
    // What the browser itself says of a server that is away is no fault of the page.
    page.complaints.length = 0;
    const back = await told(page);
    for (const part of ["clock", "quote"]) {
      const moves = async () => (await told(page))[part].join() !== back[part].join();
      await untilSo(moves, `the ${part} stands still`, { seconds: 60 });
    }
    await page.locator(".tab-bar").getByRole("button", { name: "Levels", exact: true }).tap();
    await wall.waitFor();
    await page.quit();
  } finally {
    await page?.leave();
    await (again ?? server).stop({ keepFolder: false });
  }
});

/** What the browser itself says of a server that is away: no fault of the page. */
const AWAY = /net::ERR_/;

/** A bar that is over when the practice market begins: nothing that comes later changes it. */
const OVER = "2024-02-27T14:45:00Z";

/** Waits for the chart of a symbol, with its bars. */
async function shows(page, symbol) {
  await page.waitForURL(new RegExp(`/chart/${symbol}\\?span=5m`));
  const chart = page.locator(".price-chart", { hasText: `${symbol} 5m` });
  await chart.locator(".price-chart__data", { hasText: "O " }).waitFor();
}

/** Chooses a symbol as somebody does who never leaves the keys. */
async function typeSymbol(page, symbol) {
  await page.keyboard.type(symbol.toLowerCase());
  await page.getByRole("option", { name: new RegExp(`^${symbol} ·`) }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Command palette" }).waitFor({ state: "hidden" });
  await shows(page, symbol);
}

/** Until what the chart of a symbol asks for has passed through the worker, which keeps it. */
async function untilPassed(page, symbol) {
  const letters = [...symbol].map((letter) => letter.charCodeAt(0)).join(".");
  await until(
    page,
    async (letters) => {
      const names = await (await caches.open("answers")).keys();
      const has = (part) =>
        names.some(({ url }) => url.includes(part) && new URL(url).search.includes(letters));
      return ["/bars/read", "/option-levels/read", "/drawings/read"].every(has);
    },
    letters,
  );
}

/** Leads the keys to the chart, and its crosshair to a bar that is over; gives its figures. */
async function readBar(page) {
  await tabTo(page, canvasOf(page));
  await page.keyboard.press("Alt+c");
  await untilSo(async () => (await under(page)).at !== undefined, "no crosshair came");
  let bar = await under(page);
  while (OVER < bar.at) {
    await page.keyboard.press("ArrowLeft");
    // It is told with the next frame.
    let next;
    const isEarlier = async () => (next = await under(page)).at < bar.at;
    await untilSo(isEarlier, `an arrow does not lead back from ${bar.at}`);
    bar = next;
  }
  assert.equal(bar.at, OVER, "the arrows pass it by");
  assert.match(bar.figures, /O .*H .*L .*C /s);
  await page.keyboard.press("Alt+c");
  await untilSo(async () => (await under(page)).at === undefined, "the crosshair stays");
  return bar.figures;
}

/** Ends the workers, as the browser does when they have had nothing to do for half a minute. */
async function endWorkers(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("ServiceWorker.enable");
  await devtools.send("ServiceWorker.stopAllWorkers");
  await devtools.detach();
}

/** Opens the sheet of keys and closes it, by a key each. */
async function seeKeys(page) {
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await page.keyboard.press("?");
  await sheet.locator("li", { hasText: "Invert the scale" }).waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
}

test("by keys alone two symbols are read without the server, until it is back", async () => {
  const server = await startVolaris();
  let [page, again] = [];
  try {
    page = await openPage({ server, path: "/chart/SPX?span=5m" });
    await live(page);
    await untilKept(page, "/chart/SPX?span=5m");
    await typeSymbol(page, "QQQ");
    await untilPassed(page, "QQQ");
    const seen = await readBar(page);
    await typeSymbol(page, "SPX");
    const other = await readBar(page);
    assert.notEqual(other, seen, "two symbols say the same");
    await server.stop({ keepFolder: true });

    // It is opened again, and what is there is gone through without a mouse.
    await page.reload();
    const notice = page.locator(".top-bar__offline");
    await notice.waitFor();
    assert.match(await notice.innerText(), /^Offline\. Prices and levels are .+ old/);
    assert.equal(await readBar(page), other, "a bar of the device's is not what was seen");
    // The next worker knows whom it serves.
    await endWorkers(page);
    await typeSymbol(page, "QQQ");
    assert.equal(await readBar(page), seen, "nor is one of the other symbol");
    await page.locator(".ladder", { hasText: "QQQ" }).locator(".rung").first().waitFor();
    await seeKeys(page);
    // From the list, by the key that presses a button.
    await tabTo(page, page.locator(".watch-row__choose", { hasText: "SPX" }));
    await page.keyboard.press("Enter");
    await shows(page, "SPX");
    assert.equal(await readBar(page), other);
    assert.ok(await notice.isVisible(), "nothing says any more that it is old");

    again = await startVolaris({ folder: server.folder, listen: new URL(server.address).host });
    await notice.waitFor({ state: "hidden" });
    await live(page);
    await shows(page, "SPX");
    const clock = page.locator(".market-clock__time");
    const before = await clock.innerText();
    await untilSo(async () => (await clock.innerText()) !== before, "the clock stands still");
    const others = page.complaints.filter((one) => !AWAY.test(one));
    page.complaints.splice(0, Infinity, ...others);
    await page.quit();
  } finally {
    await page?.leave();
    await (again ?? server).stop({ keepFolder: false });
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

async function update({ take, ...options }) {
  const server = await startVolaris();
  const front = await deploy(server);
  const path = "/chart/SPX?span=5m";
  const page = await openPage({ server: front, path, ...options });
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
    await take(page, toast.getByRole("button", { name: "Reload" }));
    await until(page, () => window.isOld === undefined);
    await page.locator('.feed-age[data-state="live"]').waitFor();
    assert.deepEqual(await codes(), ["code another"]);
    page.complaints.length = 0;
  } finally {
    await page.quit();
    front.close();
    await server.stop();
  }
}

const UPDATES = {
  "by a key": {
    take: async (page, button) => {
      // A message stands at the end of the page.
      await tabTo(page, button, "Shift+Tab");
      await page.keyboard.press("Enter");
    },
  },
  "by the mouse": { take: (_, button) => button.click() },
  "by a finger": { take: (_, button) => button.tap(), ...PHONE },
};

for (const [how, options] of Object.entries(UPDATES)) {
  test(`a new version is there after one reload, is told, and its code comes ${how}`, () =>
    update(options));
}

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

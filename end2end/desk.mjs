// What every browser test stands on: a `volaris` of its own with an empty data folder, and a page
// that must stay silent. TypeScript would need a build step on Node 20, so these files are modules
// of plain JavaScript.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { chromium } from "playwright-core";

// A first start writes years of practice prices.
const START_MAX_MS = 60_000;
const START_POLL_MS = 50;
const STOP_MAX_MS = 10_000;
const LOG_LINES_MAX = 400;
/** More than any page has that keys lead to. */
const PRESSES_MAX = 400;

/** Flags without which Chromium refuses root, or asks its maker's hosts at every start. */
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts the server on a free port and waits until it is well.
 * `folder` starts it again on what an earlier one left behind, `listen` where it was. The offer to
 * protect the desk is closed, unless it `hasNews`. What it writes into its log goes to `hear` as
 * well, all of it and as it comes.
 */
export async function startVolaris({
  args = [],
  env = {},
  folder,
  listen,
  hasNews = false,
  hear = () => {},
} = {}) {
  const binary = process.env.VOLARIS_BIN;
  assert.ok(binary, "VOLARIS_BIN is not set: run `cargo xtask test`, or name the binary in it");
  const ours = folder === undefined;
  folder ??= await mkdtemp(join(tmpdir(), "volaris-test-"));
  listen ??= `127.0.0.1:${await freePort()}`;
  const child = spawn(binary, ["--data", folder, "--listen", listen, ...args], {
    env: { ...strangersOf(process.env), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      log.push(...text.split("\n").filter(Boolean));
      log.splice(0, log.length - LOG_LINES_MAX);
    });
  }
  child.stderr.on("data", hear);
  const ended = new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
  });
  const address = `http://${listen}`;
  const server = {
    address,
    folder,
    process: child,
    ended,
    log: () => log.join("\n"),
    /** Asks it to end, as Ctrl-C does, and says how it went. */
    async stop({ keepFolder = !ours } = {}) {
      child.kill("SIGTERM");
      const late = pause(STOP_MAX_MS, null, { ref: false });
      const end = await Promise.race([ended, late]);
      if (end === null) child.kill("SIGKILL");
      if (!keepFolder) await rm(folder, { recursive: true, force: true });
      assert.ok(end, `the server did not end within ${STOP_MAX_MS} ms\n${server.log()}`);
      return end;
    },
  };
  await untilHealthy(server);
  if (!hasNews) await send(server, "/account/news", { id: "protect" });
  return server;
}

/** The tester's own settings must not reach the server: it refuses those that it does not know. */
export function strangersOf(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("VOLARIS_")));
}

async function untilHealthy(server) {
  const deadline = Date.now() + START_MAX_MS;
  let end;
  server.ended.then((value) => (end = value));
  while (Date.now() < deadline) {
    const story = () => `the server ended at once: ${JSON.stringify(end)}\n${server.log()}`;
    assert.ok(end === undefined, end && story());
    const answer = await fetch(`${server.address}/health`).catch(() => null);
    if (answer?.ok) return;
    await pause(START_POLL_MS);
  }
  server.process.kill("SIGKILL");
  assert.fail(`the server was not well after ${START_MAX_MS} ms\n${server.log()}`);
}

/** A port that nobody listens at. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Has a browser look so, in the words of its cookie (see `Preferences` in app/src/contexts.rs). */
export async function setLook(page, server, ...words) {
  const value = words.filter(Boolean).join(".");
  if (value) await page.context().addCookies([{ name: "volaris", value, url: server.address }]);
}

/** Fails unless the page that is shown has a theme. */
export async function checkTheme(page, theme) {
  const shown = await page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(shown, theme, `the theme of ${page.url()}`);
}

/** The browsers of a spec's pages, by flags: to start one takes as long as many a test. */
const browsersOfSpec = new Map();
const isSpec = process.argv[1]?.endsWith(".spec.mjs");
if (isSpec) after(() => Promise.all([...browsersOfSpec.values()].map((one) => one.close())));

async function openBrowser(flags) {
  const known = browsersOfSpec.get(flags.join());
  if (known?.isConnected()) return known;
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const args = [...CHROMIUM_FLAGS, ...flags];
  const browser = await chromium.launch({ executablePath, headless: true, args });
  if (isSpec) browsersOfSpec.set(flags.join(), browser);
  return browser;
}

/**
 * Opens a page that shares nothing with others, as in a new private window. Whatever it complains
 * of (an error or a warning on the console, an exception, a broken content policy, a failed
 * request) is in `page.complaints`, and `page.quit()` fails if there is any; `page.leave()` only
 * closes it. Without a `theme` the browser chose none.
 */
export async function openPage({
  server,
  path = "/",
  width = 1440,
  height = 900,
  theme,
  touch = false,
  cookies = {},
  isFirstVisit = false,
  flags = [],
  beforeVisit = async () => {},
}) {
  const browser = await openBrowser(flags);
  const context = await browser.newContext({
    viewport: { width, height },
    // What the browser itself wishes is never what is tested.
    colorScheme: theme === "light" ? "dark" : "light",
    hasTouch: touch,
    isMobile: touch,
  });
  const page = await context.newPage();
  const { address: url } = server;
  const { volaris, ...others } = cookies;
  const given = Object.entries(others).map(([name, value]) => ({ name, value, url }));
  if (0 < given.length) await context.addCookies(given);
  // The tour is offered to those who come for the first time.
  await setLook(page, server, theme, volaris, isFirstVisit ? "" : "toured");
  const complaints = (page.complaints = []);
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`content policy: ${event.violatedDirective} refused ${event.blockedURI}`);
    });
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.stack ?? error}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complaints.push(`${message.type()} on the console: ${message.text()}`);
    }
  });
  page.leave = () => (isSpec ? context.close() : browser.close());
  page.quit = async () => {
    await page.leave();
    assert.deepEqual(complaints, [], "the page complained");
  };
  await beforeVisit(page);
  try {
    await page.goto(new URL(path, server.address).href);
    if (theme) await checkTheme(page, theme);
  } catch (error) {
    await page.leave();
    throw error;
  }
  return page;
}

/** A page without a worker, as on plain http: what a worker asks for is out of a test's reach. */
export const withoutWorker = (page) =>
  page.addInitScript(() => delete Navigator.prototype.serviceWorker);

/** Holds what the page asks of some paths back from now on, until what it gives is called. */
export async function hold(page, paths) {
  let answer;
  const late = new Promise((resolve) => {
    answer = resolve;
  });
  await page.route(paths, async (route) => {
    await late;
    await route.continue();
  });
  return answer;
}

/** Sends a form as a browser of this desk does; answers as it came, with its cookie. */
export async function send(server, path, fields, cookie) {
  const answer = await fetch(`${server.address}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
      ...(cookie && { cookie }),
    },
    body: new URLSearchParams(fields).toString(),
  });
  const set = answer.headers.get("set-cookie");
  return { status: answer.status, to: answer.headers.get("location"), set, answer };
}

/** The sign-in that an answer sets, as the next question brings it. */
export const cookieOf = (set) => /sid=[^;]*/.exec(set)[0];

/** Waits until prices come in. */
export const live = (page) => page.locator('.feed-age[data-state="live"]').waitFor();

/** Tries until `look` agrees. */
export async function until(look, what, { seconds = 30 } = {}) {
  for (let tries = 0; tries < 20 * seconds; tries += 1) {
    if (await look()) return;
    await pause(50);
  }
  assert.fail(what);
}

/** Leads the keys to something, as who has no mouse does: by Tab, or by another key. */
export async function tabTo(page, place, key = "Tab") {
  for (let presses = 0; presses < PRESSES_MAX; presses += 1) {
    if (await place.evaluate((one) => one === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${key} does not lead to ${place}`);
}

/**
 * Fails on whatever axe finds: each rule is about somebody who could not use the page. Where only a
 * part has changed, `within` that is as good, and much sooner done. A page that is wider than its
 * window has something that nobody finds, and on a phone is read with a magnifying glass.
 */
export async function checkAxe(page, { except = [], only, within = page.locator("html") } = {}) {
  const source = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  // Through the debugger: a script tag would need a hole in the page's content policy.
  const isThere = await page.evaluate(() => "axe" in globalThis);
  if (!isThere) await page.evaluate(await readFile(source, "utf8"));
  const { violations } = await within.evaluate(
    (root, options) => {
      const place = root === document.documentElement ? document : root;
      return globalThis.axe.run(place, { ...options, resultTypes: ["violations"] });
    },
    {
      rules: Object.fromEntries(except.map((rule) => [rule, { enabled: false }])),
      ...(only && { runOnly: { type: "rule", values: only } }),
    },
  );
  const told = violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.target.join(" ")}`),
  );
  assert.deepEqual(told, [], `axe found something on ${page.url()}`);
  // A phone's window widens to what is in it: its screen does not.
  const window = page.viewportSize().width;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= window, `${page.url()} is ${wide} px wide in ${window}`);
}

/** The same, and whether words can be read in the other theme: nothing else differs there. */
export async function checkAxeInBothThemes(page, options = {}) {
  const turn = () =>
    page.evaluate(() => {
      const { dataset } = document.documentElement;
      dataset.theme = dataset.theme === "light" ? "dark" : "light";
      // Not colours on their way from one to the other.
      for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
    });
  await checkAxe(page, options);
  await turn();
  await checkAxe(page, { ...options, only: ["color-contrast"] });
  await turn();
}

/**
 * A test with a server and a page of its own, both closed and heard at its end; `before` is done to
 * the server before the page comes.
 */
export function visit(name, options, body) {
  test(name, async () => {
    const server = await startVolaris(options);
    let page;
    try {
      await options.before?.(server);
      page = await openPage({ server, ...options });
      await body({ page, server });
      await page.quit();
    } finally {
      await page?.leave();
      await server.stop();
    }
  });
}

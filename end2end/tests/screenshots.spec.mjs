// Every route in both themes and at four widths, as it was when somebody last looked at it. The
// practice market stands still, the font is one of our own, and a picture belongs to the browser
// that took it: another browser, or one that draws a few signs otherwise, has none and skips.
//
// A difference is looked at: the new picture is written beside the report. When it is meant, `cargo
// xtask picture` takes all of them anew.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { live, openPage, send, startVolaris, until } from "../desk.mjs";
import { untilKept } from "../device.mjs";
import { CLIENT, startBoth } from "../issuer.mjs";
import { startMailServer } from "../mail_server.mjs";
import { PASSWORD, invite, join as joinDesk, protect } from "../members.mjs";

const BASELINE = fileURLToPath(new URL("../baseline/", import.meta.url));
const RESULTS = fileURLToPath(new URL("../test-results/", import.meta.url));
const FONT = createRequire(import.meta.url).resolve(
  "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
);
const SIZES = [
  [390, 844],
  [900, 1000],
  [1440, 900],
  [2560, 1440],
];
/** What was drawn piece by piece has other edges than what was drawn in one go. */
const STEADY = ["--disable-partial-raster", "--num-raster-threads=1"];
/** Of 255: the edges of rounded corners differ by as much from run to run, nothing by more. */
const CHANNEL_MAX = 12;
/** Of 255: a pixel that differs by no more is the same. */
const SAME_MAX = 2;
/** So many pixels are edges that were drawn otherwise; a surface of another colour has more. */
const PIXELS_MAX = 500;
const THEMES = ["dark", "light"];
/** Of a day after the one that the pictures are of. */
const PLAN = "/plan/SPX?position=-1_SPXW_1MAR24_5050/5020P_5130/5160C";
/** Extended hours, panes, a profile, another symbol beside, hours, days, and another style. */
const CHARTS = "/chart/SPY?span=5m"
  + "&studies=volume,vwap,vwapbands,profile,or-15,ib,rsi-14,macd-12-26-9"
  + "&charts=4&link=crosshair&symbol2=QQQ&span2=1h&compare2=SPY&symbol3=SPX&span3=1D"
  + "&studies3=ema-20,bb-20-2&symbol4=NDX&span4=1m&style4=line";
const SMILE = "/volatility/SPX?expiry=SPXW-2024-03-15";
/** Pages that are longer than a screen are shown whole. */
const ROUTES = [
  { name: "chart", path: "/chart/SPX", isDesk: true, isChart: true },
  { name: "charts", path: CHARTS, isDesk: true, isChart: true },
  { name: "chain", path: "/chain/SPX", isDesk: true, mark: "tr[data-money]" },
  { name: "exposure", path: "/exposure/SPX", isDesk: true, mark: "tr[data-money]" },
  { name: "plan", path: PLAN, isDesk: true, mark: ".plan-payoff__now" },
  {
    name: "positions",
    path: "/positions/SPX",
    isDesk: true,
    mark: ".risk-grid__table",
    figure: ["by delta", /\$/],
    hasList: false,
  },
  {
    name: "volatility",
    path: SMILE,
    isDesk: true,
    mark: ".volatility-smile__curve",
    // Of a whole year: the days are worked out while one looks.
    figure: ["IV rank", /^\d+$/],
  },
  {
    name: "styleguide",
    path: "/styleguide",
    isLong: true,
    late: [
      '[role=group][aria-label="Colour"] button',
      ".styleguide__notices:last-child h2",
      ".drawing-options__words",
      ".styleguide__legends:last-child .legend",
      ".rail__notices",
      ".pane-divider",
      ".tape-panel:last-child h2",
      ".glossary[open] dt",
      ".level-sheet[open] h2",
      ".palette[open] [role=option]",
      ".key-sheet[open] li",
      ".styleguide__panels > :first-child form",
      ".styleguide__panels > :nth-child(2) .menu__list:last-child li",
      ".styleguide__panels > :nth-child(3) .menu__list li b",
      ".styleguide__panels > :nth-child(4) form",
      ".styleguide__panels > :last-child select",
      "[data-colors] .watch-row",
    ],
  },
  { name: "developers", path: "/developers", isLong: true },
  { name: "missing", path: "/nowhere" },
  { name: "set-up", path: "/set-up", heading: "Set up this desk", isFar: true },
  { name: "settings-appearance", path: "/settings/appearance", heading: "Appearance" },
  { name: "settings-data", path: "/settings/data", heading: "Your data" },
  { name: "settings-protect", path: "/settings/protect", heading: "Protect this desk" },
];
/** The same, of a desk with people: what nobody sees who is signed in, and what the owner sees. */
const ROUTES_OF_PEOPLE = [
  { name: "sign-in", path: "/sign-in", heading: "Sign in", isFar: true },
  { name: "join", path: "/join", heading: "Join this desk", isFar: true },
  { name: "forgot", path: "/forgot", heading: "Forgotten password", isFar: true },
  { name: "reset", path: "/reset", heading: "New password", isFar: true },
  { name: "settings-profile", path: "/settings/profile", heading: "Profile" },
  { name: "settings-security", path: "/settings/security", heading: "Security" },
  { name: "settings-programs", path: "/settings/programs", heading: "Programs" },
  { name: "people", path: "/people", heading: "People" },
  { name: "people-usage", path: "/people/usage", heading: "Usage and health" },
  { name: "people-announcements", path: "/people/announcements", heading: "Announcements" },
  { name: "people-log", path: "/people/log", heading: "Audit log" },
];
/** Of a desk with an issuer that demands a second factor: on the way in, and before it is set. */
const CODE = { name: "sign-in-code", path: "/sign-in/code", heading: "Second factor", isFar: true };
const DEMANDED = {
  name: "second-factor-demanded",
  path: "/account/second-factor",
  heading: "Second factor",
};
/** Once it is begun: a square and a secret, to be read by an app. */
const BEGUN = { ...DEMANDED, name: "second-factor" };
/** What the worker shows when nobody answers and the page was never here. */
const UNREACHABLE = { name: "unreachable", heading: "The desk cannot be reached" };
/** Figures of the moment at which somebody looks, and those that are now wider, now narrower. */
const MOVING = ".dashboard__plots, .dashboard__table, .account__square path";
const GROWING = ".dashboard__health";
const FROM = "203.0.113.7";
const PROXIED = { VOLARIS_PROXIES: "127.0.0.1" };
/** Signs that our font lacks: whichever font the machine has for them draws them. */
const PROBE = "▲▼⠿×⚙▾→ 5,091.63 PRACTICE";

const isWriting = process.env.VOLARIS_BASELINE === "write";

/** Has a page take our font, from an address, in place of the machine's. */
const faceFrom = (address) =>
  `@font-face { font-family: "Test"; src: url(${address}); font-weight: 100 900; }` +
  ':root { --font: "Test", sans-serif !important; --mono: "Test", monospace !important; }' +
  `${MOVING} { visibility: hidden !important; } ${GROWING} { display: none !important; }`;

/** The page with our font in place of the machine's. */
async function withFont(page) {
  const font = await readFile(FONT);
  await page.route("**/test-font.woff2", (route) =>
    route.fulfill({ body: font, contentType: "font/woff2" }),
  );
  await page.route("**/*.css", async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()) + faceFrom("/test-font.woff2");
    await route.fulfill({ response: answer, body });
  });
}

/**
 * Whether two pictures show the same: none of their pixels differs by more than the last bits of a
 * rounded corner, which Chromium draws a little otherwise from run to run, and only so few differ
 * at all that no surface is among them.
 */
async function isAlike(page, one, other) {
  const pictures = [one, other].map((picture) => picture.toString("base64"));
  const { most, count } = await page.evaluate(async ([pictures, same]) => {
    const [a, b] = await Promise.all(
      pictures.map(async (text) => {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext("2d", { willReadFrequently: true });
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, image.width, image.height);
      }),
    );
    if (a.width !== b.width || a.height !== b.height) return { most: 255, count: a.data.length };
    let [most, count] = [0, 0];
    for (let at = 0; at < a.data.length; at += 4) {
      let by = 0;
      for (let channel = at; channel < at + 3; channel += 1) {
        by = Math.max(by, Math.abs(a.data[channel] - b.data[channel]));
      }
      most = Math.max(most, by);
      count += same < by ? 1 : 0;
    }
    return { most, count };
  }, [pictures, SAME_MAX]);
  return most <= CHANNEL_MAX && count <= PIXELS_MAX;
}

/** Names the browser and how it draws: version, and what the probe looks like. */
async function keyOf(page) {
  const drawn = await page.evaluate(async (probe) => {
    await document.fonts.load('16px "Test"');
    const canvas = new OffscreenCanvas(600, 40);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.font = '16px "Test", sans-serif';
    context.fillText(probe, 4, 24);
    // Another processor may draw edges by another way.
    context.roundRect(420.3, 3.4, 90.7, 30.2, 6.5);
    context.moveTo(520.2, 2.1);
    context.lineTo(590.9, 37.3);
    context.stroke();
    return [...context.getImageData(0, 0, 600, 40).data].join();
  }, PROBE);
  const probe = createHash("sha256").update(drawn).digest("hex").slice(0, 8);
  return `${page.context().browser().version()}-${probe}`;
}

/** The tape stands at the second day's first hour, and nothing on the screen moves. */
async function freeze(server) {
  const page = await openPage({ server, path: "/chart/SPX" });
  try {
    await live(page);
    await page.keyboard.press(" ");
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor();
    const clock = page.locator(".market-clock__time");
    for (const [command, time] of [["next open", "09:30:00"], ["step 60", "10:30:00"]]) {
      await page.keyboard.press("Control+k");
      const field = page.getByRole("combobox", { name: "Symbol, timeframe or command" });
      await field.fill(`tape: ${command}`);
      await field.press("Enter");
      await until(async () => (await clock.innerText()) === time, `the tape stands at ${time}`);
    }
  } finally {
    await page.quit();
  }
}

/** Positions to look at: what is open, and what is planned. */
async function keepPositions(server) {
  const open = { stage: "open", opened_at: 1 };
  for (const position of [
    { position: "-2 SPXW 15MAR24 5000/4950P", name: "March credit", paid: -1_800, ...open },
    { position: "5 SPY 15MAR24 510C", paid: 2_900, fees: 3.25, ...open },
    { position: "-1 SPXW 1MAR24 5050/5025P 5130/5155C", paid: -880, ...open },
    { position: "1 SPXW 26FEB24 5000C", paid: 6_100, ...open },
    { position: "1 QQQ 15MAR24 440P", name: "Idea" },
  ]) {
    const answer = await fetch(`${server.address}/api/v1/positions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(position),
    });
    assert.equal(answer.status, 201, position.position);
  }
}

/**
 * Paints charts whole: they keep words, whose font may have come later here, and a line that was
 * painted in parts has other edges where they meet.
 */
const repaint = (page) =>
  page.evaluate(async () => {
    for (const canvas of document.querySelectorAll("canvas")) {
      canvas.dispatchEvent(new Event("contextrestored"));
    }
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    await frame();
    await frame();
  });

/** Covers the words of a document that are others each time. */
const coverOther = (page) =>
  page.evaluate(() => {
    // Dates are those of the moment at which somebody looks; a port is the one that was free.
    for (const one of document.querySelectorAll("body *")) {
      const own = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
      const isOther = (node) => /\d{4}-\d\d-\d\d|localhost:\d+/.test(node.textContent);
      if (own.some(isOther)) one.style.visibility = "hidden";
    }
    // A secret is as long as ever, and its lines break where they did.
    for (const one of document.querySelectorAll(".account__secret")) {
      one.textContent = one.textContent.replaceAll(/\w/g, "0");
    }
  });

async function settled(page, route, width) {
  const { isDesk, isChart, isLong, late = [], heading, mark, figure, hasList = true } = route;
  await page.evaluate(async () => {
    await document.fonts.load('11px "Test"');
    await document.fonts.ready;
  });
  if (isDesk) {
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
    const shown = isChart
      ? page.locator(".price-chart__data", { hasText: "O " })
      : page.locator(mark);
    await shown.first().waitFor();
    const waiting = page.locator(".price-chart", { hasText: "Loading bars" });
    await until(async () => (await waiting.count()) === 0, "bars are loaded");
    if (isChart) {
      // What options make of the day comes behind the bars.
      const made = page.locator(".rung__name", { hasText: /^EM\+/ });
      await made.first().waitFor({ state: "attached" });
    }
    await page.locator(".watch-row__day").first().waitFor({ state: "attached" });
    if (figure !== undefined) {
      const [name, value] = figure;
      const place = page.locator("dl div", { has: page.getByText(name, { exact: true }) });
      await place.locator("dd", { hasText: value }).first().waitFor({ state: "attached" });
    }
    // What is open comes last, with what it was worth the day before.
    if (hasList && 900 <= width) {
      await page.locator(".positions-list dd", { hasText: "$" }).first().waitFor();
    }
  }
  if (heading) {
    await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
    await coverOther(page);
  }
  if (isLong) await page.locator("main section").first().waitFor();
  for (const part of late) await page.locator(part).first().waitFor();
  if (isLong || heading) {
    // What is out of sight may not be drawn.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height });
  }
  // A closed list keeps the line of whichever font it was first laid out with.
  await page.evaluate(() => {
    for (const list of document.querySelectorAll("select")) {
      list.style.display = "none";
      list.getBoundingClientRect();
      list.style.display = "";
    }
  });
  // The same twice: fonts, lines of the day and the chart's first frames are all there. Charts
  // of several symbols get their levels one after another: the same for a second.
  const enough = isChart ? 3 : 1;
  let [before, alike] = [undefined, 0];
  for (let tries = 0; tries < 30; tries += 1) {
    await repaint(page);
    const now = await page.screenshot({ animations: "disabled" });
    alike = before?.equals(now) ? alike + 1 : 0;
    if (enough <= alike) return now;
    before = now;
    await page.waitForTimeout(300);
  }
  return before;
}

/** Takes a picture of what is shown, or looks whether it is as the known one. */
async function look(page, route, [theme, width], { folder, different }) {
  const file = `${route.name}-${theme}-${width}.png`;
  const picture = await settled(page, route, width);
  if (isWriting) return await writeFile(join(folder, file), picture);
  const known = await readFile(join(folder, file)).catch(() => undefined);
  if (known && (known.equals(picture) || (await isAlike(page, known, picture)))) return;
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, file), picture);
  different.push(file);
}

/** Looks at a route in windows of these sizes, one after another. */
async function lookInSizes(server, route, [theme, sizes], work) {
  const { name, path, isFar } = route;
  const [[width, height]] = sizes;
  const options = { server, path, width, height, theme, flags: STEADY };
  const beforeVisit = async (page) => {
    await withFont(page);
    if (isFar) await page.context().setExtraHTTPHeaders({ "x-forwarded-for": FROM });
  };
  const page = await openPage({ ...options, beforeVisit, cookies: isFar ? {} : work.cookies });
  try {
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      await look(page, route, [theme, width], work);
    }
  } finally {
    // The page that leads nowhere is answered with 404, which the console tells.
    if (name === "missing") page.complaints.length = 0;
    await page.quit();
  }
}

/** The folder of this browser's pictures; made anew when they are taken. */
async function folderOf(server) {
  const page = await openPage({ server, path: "/nowhere", flags: STEADY, beforeVisit: withFont });
  try {
    const key = await keyOf(page);
    const folder = join(BASELINE, key);
    if (isWriting) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
    }
    return { key, folder };
  } finally {
    page.complaints.length = 0;
    await page.quit();
  }
}

async function lookAt(server, routes, work) {
  for (const route of routes) {
    // A document is made on the server, which knows no sizes; a desk begins otherwise in each.
    const visits = route.heading ? [SIZES] : SIZES.map((size) => [size]);
    for (const theme of THEMES) {
      for (const sizes of visits) await lookInSizes(server, route, [theme, sizes], work);
    }
  }
}

async function lookAtDesk(server, work) {
  await freeze(server);
  await keepPositions(server);
  await lookAt(server, ROUTES, work);
}

async function lookAtPeople(work) {
  const post = await startMailServer();
  const server = await startVolaris({ env: { ...PROXIED, ...post.env } });
  try {
    const ada = await protect(server);
    await joinDesk(server, "bob", ada);
    await invite(server, "cy", ada);
    await lookAt(server, ROUTES_OF_PEOPLE, { ...work, cookies: jarOf(ada) });
  } finally {
    await server.stop();
    await post.stop();
  }
}

/** A cookie by its name, as a page is given it. */
const jarOf = (cookie) => Object.fromEntries([cookie.split("=")]);

async function lookAtFactor(work) {
  const secret = { VOLARIS_OIDC_CLIENT_SECRET: CLIENT.secret };
  const env = { ...PROXIED, ...secret, VOLARIS_REQUIRE_SECOND_FACTOR: "true" };
  const both = await startBoth("", { env });
  const { server } = both;
  try {
    const cookie = await protect(server);
    const own = { ...work, cookies: jarOf(cookie) };
    await lookAt(server, [CODE, DEMANDED], own);
    await send(server, "/account/second-factor/begin", { present: PASSWORD }, cookie);
    await lookAt(server, [BEGUN], own);
  } finally {
    await both.stop();
  }
}

/** A desk that was seen on the device, and a page of it that was not: nobody answers any more. */
async function lookWithoutServer(work) {
  const server = await startVolaris();
  const font = (await readFile(FONT)).toString("base64");
  const pages = [];
  try {
    for (const theme of THEMES) {
      pages.push(await openPage({ server, path: "/chart/SPX?span=5m", theme, flags: STEADY }));
      await untilKept(pages.at(-1), "/chart/SPX?span=5m");
    }
    await server.stop();
    for (const [place, page] of pages.entries()) {
      await page.goto(`${server.address}/chart/NDX`);
      // Its styles are the device's own: they pass nobody who could add to them.
      await page.addStyleTag({ content: faceFrom(`data:font/woff2;base64,${font}`) });
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        await look(page, UNREACHABLE, [THEMES[place], width], work);
      }
    }
  } finally {
    // What the browser itself says of a server that is away is no fault of the page.
    for (const page of pages) await page.leave();
    await server.stop();
  }
}

test("every route looks as it did when somebody last looked", async (context) => {
  const different = [];
  const server = await startVolaris({ env: PROXIED });
  let folder;
  try {
    let key;
    ({ key, folder } = await folderOf(server));
    if (!existsSync(folder)) {
      context.skip(`no pictures of Chromium ${key}: cargo xtask picture takes them`);
      return;
    }
    await lookAtDesk(server, { folder, different });
  } finally {
    await server.stop();
  }
  for (const lookOn of [lookAtPeople, lookAtFactor, lookWithoutServer]) {
    await lookOn({ folder, different });
  }
  const places = `now in ${RESULTS}, before in ${folder}`;
  const names = different.join(", ");
  assert.equal(names, "", `look at ${names}: ${places}; \`cargo xtask picture\` renews`);
});

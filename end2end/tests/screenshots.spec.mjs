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

import { live, openPage, startVolaris, until } from "../desk.mjs";

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
/** Of 255; nobody sees less. */
const CHANNEL_MAX = 12;
const THEMES = ["dark", "light"];
/** Of a day after the one that the pictures are of. */
const PLAN = "/plan/SPX?position=-1_SPXW_1MAR24_5050/5020P_5130/5160C";
const SMILE = "/volatility/SPX?expiry=SPXW-2024-03-15";
/** Pages that are longer than a screen are shown whole. */
const ROUTES = [
  { name: "chart", path: "/chart/SPX", isDesk: true, isChart: true },
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
  { name: "styleguide", path: "/styleguide", isLong: true },
  { name: "developers", path: "/developers", isLong: true },
  { name: "missing", path: "/nowhere" },
];
/** Signs that our font lacks: whichever font the machine has for them draws them. */
const PROBE = "▲▼⠿×⚙▾→ 5,091.63 PRACTICE";

const isWriting = process.env.VOLARIS_BASELINE === "write";

/** The page with our font in place of the machine's. */
async function withFont(page) {
  const font = await readFile(FONT);
  await page.route("**/test-font.woff2", (route) =>
    route.fulfill({ body: font, contentType: "font/woff2" }),
  );
  await page.route("**/*.css", async (route) => {
    const answer = await route.fetch();
    const face =
      '@font-face { font-family: "Test"; src: url(/test-font.woff2); font-weight: 100 900; }' +
      ':root { --font: "Test", sans-serif !important; --mono: "Test", monospace !important; }';
    await route.fulfill({ response: answer, body: (await answer.text()) + face });
  });
}

/**
 * How many pixels of two pictures differ by more than the last bits of a rounded corner, which
 * Chromium draws a little otherwise from run to run; all of them if the sizes differ.
 */
function difference(page, one, other) {
  const pictures = [one, other].map((picture) => picture.toString("base64"));
  return page.evaluate(async ([pictures, least]) => {
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
    if (a.width !== b.width || a.height !== b.height) return a.width * a.height;
    const pixels = new Set();
    for (let at = 0; at < a.data.length; at += 1) {
      if (least < Math.abs(a.data[at] - b.data[at])) pixels.add(at >> 2);
    }
    return pixels.size;
  }, [pictures, CHANNEL_MAX]);
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

async function settled(page, route, width) {
  const { isDesk, isChart, isLong, mark, figure, hasList = true } = route;
  await page.evaluate(() => document.fonts.ready);
  if (isDesk) {
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
    const shown = isChart
      ? page.locator(".price-chart__data", { hasText: "O " })
      : page.locator(mark).first();
    await shown.waitFor();
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
  if (isLong) {
    await page.locator("main section").first().waitFor();
    // What is out of sight may not be drawn.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height });
  }
  // The same twice: fonts, lines of the day and the chart's first frames are all there.
  let before;
  for (let tries = 0; tries < 20; tries += 1) {
    const now = await page.screenshot({ animations: "disabled" });
    if (before?.equals(now)) return now;
    before = now;
    await page.waitForTimeout(300);
  }
  return before;
}

test("every route looks as it did when somebody last looked", async (context) => {
  const server = await startVolaris();
  try {
    await freeze(server);
    await keepPositions(server);
    const different = [];
    let folder;
    for (const route of ROUTES) {
      for (const theme of THEMES) {
        for (const [width, height] of SIZES) {
          const look = { server, path: route.path, width, height, theme, flags: STEADY };
          const cookies = { volaris: theme };
          const page = await openPage({ ...look, cookies, beforeVisit: withFont });
          try {
            if (folder === undefined) {
              const key = await keyOf(page);
              folder = join(BASELINE, key);
              if (isWriting) {
                await rm(folder, { recursive: true, force: true });
                await mkdir(folder, { recursive: true });
              } else if (!existsSync(folder)) {
                context.skip(`no pictures of Chromium ${key}: cargo xtask picture takes them`);
                return;
              }
            }
            const name = `${route.name}-${theme}-${width}.png`;
            const picture = await settled(page, route, width);
            if (isWriting) {
              await writeFile(join(folder, name), picture);
              continue;
            }
            const known = await readFile(join(folder, name)).catch(() => undefined);
            const isSame =
              known && (known.equals(picture) || (await difference(page, known, picture)) === 0);
            if (!isSame) {
              await mkdir(RESULTS, { recursive: true });
              await writeFile(join(RESULTS, name), picture);
              different.push(name);
            }
          } finally {
            // The page that leads nowhere is answered with 404, which the console tells.
            if (route.name === "missing") page.complaints.length = 0;
            await page.quit();
          }
        }
      }
    }
    const places = `now in ${RESULTS}, before in ${folder}`;
    assert.deepEqual(different, [], `look at them: ${places}; \`cargo xtask picture\` renews`);
  } finally {
    await server.stop();
  }
});

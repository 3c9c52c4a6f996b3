// The levels desk as a trader uses it: a first visit, other symbols and timeframes, the ladder, the
// watchlist, the tape's controls, a broken link, and a look with axe at every page.

import assert from "node:assert/strict";

import { canvasBox, fingers, frame, look, near, seen } from "../chart.mjs";
import { checkAxe, live, openPage, startVolaris, until, visit } from "../desk.mjs";
import { test } from "node:test";

const lastPrice = (page) => page.locator(".last-price__price").innerText();

/** Waits until `look` gives something else than `before`. */
async function changed(look, before, what) {
  for (let tries = 0; tries < 200; tries += 1) {
    const now = await look();
    if (now !== before) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} stayed ${before}`);
}

/** How many of the canvas's pixels are painted. */
const painted = (page) =>
  page.locator(".price-chart__canvas").evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let place = 3; place < data.length; place += 4) count += data[place] === 0 ? 0 : 1;
    return count;
  });

visit("the first visit is a moving SPX chart with its levels", {}, async ({ page }) => {
  await live(page);
  assert.match(await page.title(), /^PRACTICE · SPX [\d,.]+ · Volaris$/);
  await changed(() => lastPrice(page), await lastPrice(page), "the last price");
  for (const name of ["PDH", "PDL", "PDC", "VWAP", "PMH", "HOD"]) {
    await page.locator(".rung__name", { hasText: new RegExp(`^${name}`) }).first().waitFor();
  }
  await page.locator(".rung__source", { hasText: "via SPY" }).first().waitFor();
  await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
  assert.ok(5_000 < (await painted(page)), "the chart is painted");
});

visit("symbol and timeframe are in the address", {}, async ({ page }) => {
  await live(page);
  await page.getByRole("combobox", { name: "Search symbol" }).fill("qq");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/chart/QQQ?span=5m");
  await page.getByRole("button", { name: "1 hour" }).click();
  await page.waitForURL("**/chart/QQQ?span=1h");
  await page.locator(".last-price__symbol", { hasText: "QQQ" }).waitFor();
  await page.reload();
  await live(page);
  assert.match(await page.title(), /QQQ/);
  const pressed = page.getByRole("button", { name: "1 hour", pressed: true });
  await pressed.waitFor();
});

visit("who types a symbol before the page knows what there is, has it", {}, async ({ page }) => {
  let tell;
  const told = new Promise((resolve) => (tell = resolve));
  await page.route("**/symbols/read*", async (route) => {
    await told;
    await route.continue();
  });
  await page.reload();
  await live(page);
  const search = page.getByRole("combobox", { name: "Search symbol" });
  await search.fill("qq");
  await search.press("Enter");
  await page.getByText("Not on this tape.").first().waitFor({ state: "hidden" });
  assert.equal(await search.inputValue(), "qq", "what was typed stays until the list has come");
  tell();
  await page.waitForURL("**/chart/QQQ?span=5m");
  assert.equal(await search.inputValue(), "");
});

visit("an address that makes no sense is told and harmless", { path: "/chart/..%3Cb%3E?span=7x" },
  async ({ page }) => {
    await page.getByRole("alert").getByText("7x").waitFor();
    await live(page);
  });

visit("every level says how it is computed", {}, async ({ page }) => {
  await live(page);
  await page.locator(".rung__name", { hasText: /^PDH/ }).click();
  const sheet = page.getByRole("dialog", { name: "How is this computed?" });
  await sheet.getByText("Prior day high").waitFor();
  assert.ok(0 < (await sheet.locator("tbody tr").count()), "inputs are listed");
  await sheet.getByText("not touched today").waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  // A finger cannot hover over a rung: the sheet says it too.
  const touched = page.locator(".rung", { has: page.locator(".rung__touches[title]") }).first();
  await touched.locator(".rung__name").click();
  await sheet.getByText(/^touched \d+× today, last \d\d:\d\d( ·|$)/).waitFor();
});

visit("the watchlist keeps what is added and removed, and undo brings back", {},
  async ({ page }) => {
    await live(page);
    const rows = page.locator(".watch-row");
    assert.equal(await rows.count(), 5);
    await page.getByRole("button", { name: "Remove VIX from the watchlist" }).click();
    await page.locator(".toast", { hasText: "VIX is off the watchlist" }).waitFor();
    assert.equal(await rows.count(), 4);
    await page.getByRole("button", { name: "Undo" }).click();
    await changed(() => rows.count(), 4, "the number of rows");
    const kept = page.waitForResponse(/watchlists\/change/);
    await page.getByRole("button", { name: "Remove NDX from the watchlist" }).click();
    await changed(() => rows.count(), 5, "the number of rows");
    await kept;
    await page.reload();
    await live(page);
    assert.equal(await rows.count(), 4);
    // The page is taken over pane by pane, and asks then what can be had.
    await until(async () => {
      await page.getByRole("combobox", { name: "Add a symbol" }).fill("NDX");
      return page.getByRole("option", { name: /^NDX/ }).isVisible();
    }, "NDX is found");
    await page.keyboard.press("Enter");
    await changed(() => rows.count(), 4, "the number of rows");
  });

visit("the tape pauses, runs faster and jumps", {}, async ({ page }) => {
  await live(page);
  await page.locator(".feed-badge").click();
  const panel = page.getByRole("dialog", { name: "Tape controls" });
  await panel.getByRole("button", { name: "Pause" }).click();
  await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor();
  const stood = await page.locator(".market-clock__time").innerText();
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  assert.equal(await page.locator(".market-clock__time").innerText(), stood);
  await panel.getByRole("button", { name: "Play" }).click();
  await panel.getByRole("button", { name: "60×" }).click();
  await page.locator(".feed-badge__pace", { hasText: "60×" }).waitFor();
  const minute = async () => (await page.locator(".market-clock__time").innerText()).slice(0, 5);
  await changed(minute, await minute(), "the minute");
  await panel.getByRole("button", { name: "Next open" }).click();
  await page.locator(".market-clock__time", { hasText: "09:3" }).waitFor();
});

visit("the chart pans, zooms and comes back to the newest bar", {}, async ({ page }) => {
  await live(page);
  const canvas = page.locator(".price-chart__canvas");
  const box = await canvas.boundingBox();
  const latest = page.getByRole("button", { name: "Latest →" });
  await latest.waitFor({ state: "hidden" });
  await page.mouse.move(box.x + 300, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + 700, box.y + 300, { steps: 5 });
  await page.mouse.up();
  await latest.waitFor();
  await page.mouse.wheel(0, -300);
  await latest.click();
  await latest.waitFor({ state: "hidden" });
  await canvas.focus();
  for (let n = 0; n < 4; n += 1) await page.keyboard.press("ArrowLeft");
  await latest.waitFor();
  await page.keyboard.press("End");
  await latest.waitFor({ state: "hidden" });
});

visit("two fingers zoom and one pans, on a phone", { width: 390, height: 844, touch: true },
  async ({ page }) => {
    await live(page);
    await page.locator(".feed-badge").tap();
    await page.getByRole("button", { name: "Pause" }).tap();
    await page.locator('.feed-age[data-state="live"]').waitFor();
    await page.keyboard.press("Escape");
    const box = await canvasBox(page);
    const hands = await fingers(page);
    const touch = (type, ...places) =>
      hands(type, ...places.map(([x, y]) => [box.x + x, box.y + y]));
    const at = ([x, y]) => look(page, box.x + x, box.y + y);
    const between = (from, to, part) => from.map((one, n) => one + (to[n] - one) * part);
    const pinch = async (from, to) => {
      await touch("touchStart", from[0]);
      await touch("touchStart", ...from);
      for (let step = 1; step <= 6; step += 1) {
        await touch("touchMove", ...from.map((one, n) => between(one, to[n], step / 6)));
      }
      await touch("touchEnd");
      await frame(page);
    };

    // While the newest bar is followed: one finger is still, the other goes away from it.
    const [still, near1, far1] = [[70, 250], [150, 250], [210, 250]];
    let before = [await at(still), await at(near1)];
    await pinch([still, near1], [still, far1]);
    let after = [await at(still), await at(far1)];
    assert.deepEqual(after.map((one) => one.at), before.map((one) => one.at));
    await page.getByRole("button", { name: "Latest →" }).waitFor();

    // The price axis is pulled: bars and prices go along with both fingers.
    await touch("touchStart", [box.width - 30, 200]);
    await touch("touchMove", [box.width - 30, 240]);
    await touch("touchEnd");
    const [from, to] = [[[90, 180], [170, 300]], [[60, 150], [230, 400]]];
    before = [await at(from[0]), await at(from[1])];
    await pinch(from, to);
    after = [await at(to[0]), await at(to[1])];
    assert.deepEqual(after.map((one) => one.at), before.map((one) => one.at));
    after.forEach((one, n) => near(one.price, before[n].price, 1e-4));
    // Back again, the first finger still at last: under it nothing moves.
    before = [await at(to[0]), await at(to[1])];
    await pinch(to, [to[0], from[1]]);
    after = [await at(to[0]), await at(from[1])];
    assert.deepEqual(after.map((one) => one.at), before.map((one) => one.at));
    after.forEach((one, n) => near(one.price, before[n].price, 1e-4));

    // One finger takes bar and price along, and rests before it leaves.
    const grip = [60, 250];
    const held = await at(grip);
    await touch("touchStart", grip);
    for (let step = 1; step <= 6; step += 1) await touch("touchMove", [60 + 25 * step, 250]);
    await page.waitForTimeout(120);
    await touch("touchEnd");
    const dropped = await at([210, 250]);
    assert.equal(dropped.at, held.at);
    near(dropped.price, held.price, 1e-4);

    // Thrown it goes on, until a finger is laid on it.
    const left = async () => (await seen(page))?.[0];
    await until(async () => {
      await touch("touchStart", [60, 250]);
      for (let step = 1; step <= 5; step += 1) await touch("touchMove", [60 + 45 * step, 250]);
      await touch("touchEnd");
      const before = await left();
      await frame(page);
      return (await left()) !== before;
    }, "a thrown chart does not move on");
    await touch("touchStart", [150, 250]);
    const stopped = await left();
    await page.waitForTimeout(300);
    assert.equal(await left(), stopped, "it goes on under the finger");
    await touch("touchEnd");
  });

test("a page that few visit is loaded by those who do", async () => {
  const server = await startVolaris();
  const page = await openPage({ server });
  const loaded = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  const split = () => loaded.filter((path) => /\/split_.*developers.*\.wasm$/.test(path));
  try {
    await page.reload();
    await live(page);
    assert.deepEqual(split(), []);
    await page.goto(new URL("/developers", server.address).href);
    await page.getByRole("link", { name: "Back to the desk" }).waitFor();
    await changed(() => split().length, 0, "the number of split-off files");
    // Taken over by the browser: the way back needs no new document.
    loaded.length = 0;
    await page.getByRole("link", { name: "Back to the desk" }).click();
    await live(page);
    assert.ok(!loaded.includes("/chart/SPX"), loaded.join(" "));
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

test("a link that was cut for ten seconds is refilled, and the screen says so", async () => {
  const server = await startVolaris();
  const page = await openPage({ server });
  try {
    await live(page);
    const price = await lastPrice(page);
    await page.context().setOffline(true);
    await page.locator('.feed-age[data-state="lost"]').waitFor({ timeout: 20_000 });
    await page.locator(".feed-age", { hasText: /link lost \d+(\.\d)? s ago/ }).waitFor();
    await page.locator('.desk[data-stale="true"]').waitFor();
    // What is asked for meanwhile comes with the next link.
    await page.getByRole("button", { name: "15m, 15 minutes" }).click();
    await until(() => page.url().includes("span=15m"), "the timeframe is in the address");
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor({ state: "hidden" });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await page.context().setOffline(false);
    await live(page);
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    await page.locator('.desk[data-stale="false"]').waitFor();
    await page.locator(".toast", { hasText: /refilled/ }).waitFor({ timeout: 20_000 });
    await changed(() => lastPrice(page), price, "the last price");
    // The browser's own word about a connection that we cut.
    page.complaints.splice(0);
    const shown = await (await fetch(`${server.address}/api/v1/levels/SPX`)).json();
    assert.equal(shown.symbol, "SPX");
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

for (const theme of ["dark", "light"]) {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    test(`axe has no complaint, ${theme}, ${width} px`, async () => {
      const server = await startVolaris();
      try {
        for (const path of ["/", "/chart/SPY?span=1D", "/developers", "/nowhere"]) {
          const touch = width < 500;
          const page = await openPage({ server, path, width, height, touch, theme });
          if (path === "/" || path.startsWith("/chart")) await live(page);
          // A page that is not there is told so by its status, on the console as well.
          if (path === "/nowhere") page.complaints.splice(0);
          await checkAxe(page);
          await page.quit();
        }
      } finally {
        await server.stop();
      }
    });
  }
}

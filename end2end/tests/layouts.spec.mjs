// Several charts: linked symbol, timeframe and crosshair, drawings on each of them, kept under a
// name, shared as a link, by mouse, keys and finger.

import assert from "node:assert/strict";

import { drag } from "../chart.mjs";
import {
  checkAxe, hold, live, openPage, tabTo, until, visit, withoutWorker,
} from "../desk.mjs";
import { csv, dayOfMinutes, importBars, seek, tapePanel, withFile } from "../recordings.mjs";

const charts = (page) => page.locator(".price-chart");
const names = (page) => page.locator(".price-chart__name").allInnerTexts();

async function loaded(page, count) {
  await page.locator('.feed-age[data-state="live"]').waitFor();
  await until(async () => {
    const told = await page.locator(".price-chart__data").allTextContents();
    return told.length === count && told.every((text) => text.includes("O "));
  }, `${count} charts with bars`);
}

async function openLayouts(page) {
  await page.getByRole("button", { name: "Layout", exact: true }).click();
  const menu = page.getByRole("dialog", { name: "Layout" });
  await menu.getByRole("group", { name: "Charts" }).waitFor();
  return menu;
}

visit("four charts share what they are told to, and the address says it all",
  { path: "/chart/SPX?span=5m" }, async ({ page, server }) => {
    await loaded(page, 1);
    let menu = await openLayouts(page);
    await menu.getByRole("button", { name: "4 charts" }).click();
    await loaded(page, 4);
    assert.deepEqual(await names(page), ["SPX 5m", "SPX 15m", "SPX 1h", "SPX 1D"]);

    // The same symbol on all, at first.
    await page.keyboard.press("Escape");
    await charts(page).nth(2).locator("canvas").click({ position: { x: 60, y: 150 } });
    await page.locator('.price-chart[data-active="true"]', { hasText: "SPX 1h" }).waitFor();
    await page.locator(".watch-row__choose", { hasText: "QQQ" }).click();
    await until(async () => (await names(page)).every((name) => name.startsWith("QQQ")), "QQQ");
    await page.locator(".ladder", { hasText: "QQQ" }).waitFor();

    // The timeframe is the active chart's own, until it is linked.
    await page.getByRole("button", { name: "30m, 30 minutes" }).click();
    await until(async () => (await names(page))[2] === "QQQ 30m", "30 minutes");
    assert.equal((await names(page))[0], "QQQ 5m");
    menu = await openLayouts(page);
    await menu.getByRole("button", { name: "Timeframe" }).click();
    await until(async () => (await names(page)).every((one) => one === "QQQ 30m"), "linked");
    await menu.getByRole("button", { name: "Symbol" }).click();
    await page.keyboard.press("Escape");
    await page.locator(".watch-row__choose", { hasText: "SPY" }).click();
    await until(async () => (await names(page))[2] === "SPY 30m", "SPY");
    assert.equal((await names(page))[1], "QQQ 30m");
    await loaded(page, 4);

    // Another page under this address shows the same.
    const address = new URL(page.url());
    const other = await openPage({ server, path: address.pathname + address.search });
    try {
      await loaded(other, 4);
      assert.deepEqual(await names(other), await names(page));
      assert.equal(await charts(other).nth(2).getAttribute("data-active"), "true");
    } finally {
      await other.quit();
    }

    // Fewer charts: the active one stays, and the way back shows all again.
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Symbol, timeframe or command" }).fill("1 chart");
    await page.keyboard.press("Enter");
    await until(async () => (await charts(page).count()) === 1, "one chart");
    await page.getByRole("heading", { name: "SPY chart" }).waitFor();
    await page.goBack();
    await until(async () => (await charts(page).count()) === 4, "four charts again");
  });

/** The high and the low of a data line. */
const range = (text) => ["H", "L"].map((letter) =>
  Number(new RegExp(`${letter} ([\\d,.]+)`).exec(text.replaceAll("\n", " "))[1]
    .replaceAll(",", "")));

/** Where each chart's bar opened, as it tells. */
async function opens(page) {
  const told = await page.locator(".price-chart__data").allTextContents();
  return told.map((text) => /O ([\d,.]+)/.exec(text)?.[1]);
}

/** Whether each bar that is told lies within the next one. */
const areNested = (told) =>
  told.slice(1).every((outer, place) => {
    const [[high, low], [most, least]] = [told[place], outer].map(range);
    return high <= most && least <= low;
  });

visit("the crosshair is on all charts, at the same moment, in each one's own bars",
  { path: "/chart/SPX?span=5m&charts=4" }, async ({ page }) => {
    await loaded(page, 4);
    await page.locator(".feed-badge").click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    await page.keyboard.press("Escape");
    const told = (place) => page.locator(".price-chart__data").nth(place).innerText();
    const before = [await told(1), await told(2), await told(3)];
    const box = await charts(page).nth(0).boundingBox();
    await page.mouse.move(box.x + 20, box.y + 250);
    await until(async () => (await told(1)) !== before[0], "the 15 minutes follow");
    const small = await told(0);
    const bars = [small, await told(1), await told(2)];
    assert.ok(areNested(bars), bars.join("\nis within "));
    // It leaves with the pointer, and stays away where it is not linked.
    await page.mouse.move(box.x + 300, 8);
    await until(async () => (await told(1)) === before[0], "back at the newest bar");
    const menu = await openLayouts(page);
    await menu.getByRole("button", { name: "Crosshair" }).click();
    await page.keyboard.press("Escape");
    await page.mouse.move(box.x + 20, box.y + 250);
    await until(async () => (await told(0)).includes(small.split("\n")[1] ?? ""), "pointed");
    await page.waitForTimeout(100);
    assert.equal(await told(1), before[0]);
  });

visit("a drawing is on every chart of its symbol, and taken back from any of them",
  { path: "/chart/SPY?span=5m&charts=2" }, async ({ page }) => {
    await loaded(page, 2);
    const drawn = async () => {
      await page.keyboard.press("Alt+d");
      const menu = page.getByRole("dialog", { name: "Draw" });
      await menu.getByRole("group", { name: "Steps" }).waitFor();
      const listed = await menu.locator(".menu__list b").allInnerTexts();
      await page.keyboard.press("Escape");
      return listed;
    };
    await page.getByRole("button", { name: "Horizontal line" }).click();
    // The tool is for whichever chart is pressed.
    await charts(page).nth(1).locator("canvas").click({ position: { x: 100, y: 300 } });
    await page.getByRole("toolbar", { name: "Selected drawing" }).waitFor();
    await until(async () => (await page.getByRole("button", { name: "Horizontal line" })
      .getAttribute("aria-pressed")) === "false", "the tool is laid down");
    assert.deepEqual(await drawn(), ["Horizontal line"]);
    await charts(page).nth(0).locator("canvas").click({ position: { x: 60, y: 620 } });
    await page.locator('.price-chart[data-active="true"]', { hasText: "SPY 5m" }).waitFor();
    assert.deepEqual(await drawn(), ["Horizontal line"]);
    await page.keyboard.press("Control+z");
    assert.deepEqual(await drawn(), []);
    await page.keyboard.press("Alt+n");
    await page.locator('.price-chart[data-active="true"]', { hasText: "SPY 15m" }).waitFor();
    assert.deepEqual(await drawn(), []);
    await page.keyboard.press("Control+y");
    assert.deepEqual(await drawn(), ["Horizontal line"]);
  });

visit("charts are kept under a name, shown again, replaced and deleted with a way back",
  { path: "/chart/SPY?span=1m&charts=2&studies2=ema-9" }, async ({ page }) => {
    await loaded(page, 2);
    // By keyboard alone.
    await page.keyboard.press(".");
    let menu = page.getByRole("dialog", { name: "Layout" });
    const field = menu.getByRole("textbox", { name: "Name" });
    await field.waitFor();
    await checkAxe(page);
    await field.focus();
    await page.keyboard.type("Opening bell");
    await page.keyboard.press("Enter");
    await page.getByText("Opening bell is kept.").waitFor();
    const row = menu.getByRole("button", { name: /Opening bell SPY 1m, SPY/ });
    await row.waitFor();

    // Another arrangement under the same name replaces it, with a way back.
    await menu.getByRole("button", { name: "4 charts" }).click();
    await loaded(page, 4);
    await field.fill("Opening bell");
    await page.keyboard.press("Enter");
    await page.getByText("the one of that name is replaced").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    // A click elsewhere closes a menu.
    menu = await openLayouts(page);
    await menu.getByRole("button", { name: "Opening bell SPY 1m, SPY 5m", exact: true }).waitFor();

    // Shown again on a fresh page of another symbol.
    await page.goto(new URL("/chart/QQQ?span=1h", page.url()).href);
    await loaded(page, 1);
    menu = await openLayouts(page);
    await row.click();
    await page.getByText("Opening bell is shown.").waitFor();
    await loaded(page, 2);
    assert.deepEqual(await names(page), ["SPY 1m", "SPY 5m"]);
    assert.match(await charts(page).nth(1).innerText(), /EMA 9/);

    menu = await openLayouts(page);
    await menu.getByRole("button", { name: "Delete the layout Opening bell" }).click();
    await page.getByText("Opening bell is deleted.").waitFor();
    await row.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Opening bell is kept.").waitFor();
  });

visit("a bare address shows the charts as they were last on this device",
  { path: "/chart/SPY?span=15m&charts=2" }, async ({ page }) => {
    await loaded(page, 2);
    await page.keyboard.press("Alt+i");
    await until(() => page.url().includes("invert=1"), "inverted");
    await page.goto(new URL("/chart/QQQ", page.url()).href);
    await loaded(page, 2);
    assert.deepEqual(await names(page), ["QQQ 15m", "QQQ 5m"]);
    // An address that says more is shown as it says.
    await page.goto(new URL("/chart/QQQ?span=5m", page.url()).href);
    await loaded(page, 1);
  });

visit("keys make four charts, go over all at once, and have one of them fill the place",
  { path: "/chart/SPX?span=5m" }, async ({ page }) => {
    await loaded(page, 1);
    await page.keyboard.press(" ");
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
    await page.keyboard.press(".");
    const menu = page.getByRole("dialog", { name: "Layout" });
    await tabTo(page, menu.getByRole("button", { name: "4 charts" }));
    await page.keyboard.press("Enter");
    await loaded(page, 4);
    // They share the crosshair, until a key says otherwise.
    const linked = (pressed) => menu.getByRole("button", { name: "Crosshair", pressed });
    await tabTo(page, linked(true));
    await page.keyboard.press("Enter");
    await linked(false).waitFor();
    await page.keyboard.press("Enter");
    await linked(true).waitFor();
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "hidden" });
    const told = () => page.locator(".price-chart__data").allInnerTexts();
    const before = await told();
    await page.keyboard.press("Alt+c");
    for (let n = 0; n < 30; n += 1) await page.keyboard.press("ArrowLeft");
    await until(async () => {
      const bars = (await told()).slice(0, 3);
      return bars.every((one, n) => one !== before[n]) && areNested(bars);
    }, "the charts are not at one moment");
    await page.keyboard.press("Escape");
    await until(async () => (await told()).join() === before.join(), "back at the newest bars");
    await page.keyboard.press("Alt+Enter");
    await until(async () => (await page.locator(".price-chart:visible").count()) === 1, "one");
    await page.keyboard.press("Alt+n");
    await page.locator(".price-chart:visible", { hasText: "SPX 15m" }).waitFor();
    await page.keyboard.press("Alt+Enter");
    await until(async () => (await page.locator(".price-chart:visible").count()) === 4, "four");
  });

visit("on a phone a finger makes four charts, goes from one to another and links them",
  { path: "/chart/SPX?span=1m", width: 390, height: 844, touch: true },
  async ({ page }) => {
    await loaded(page, 1);
    const layout = page.getByRole("button", { name: "Layout", exact: true });
    const menu = page.getByRole("dialog", { name: "Layout" });
    await layout.tap();
    await menu.getByRole("button", { name: "4 charts" }).tap();
    await loaded(page, 4);
    await layout.tap();
    await menu.waitFor({ state: "hidden" });
    assert.equal(await page.locator(".price-chart:visible").count(), 1);
    const tabs = page.getByRole("group", { name: "Charts" });
    await tabs.getByRole("button", { name: "SPX 1h" }).tap();
    await page.locator(".price-chart:visible", { hasText: "SPX 1h" }).waitFor();
    await checkAxe(page);
    assert.deepEqual(await names(page), ["SPX 1m", "SPX 5m", "SPX 15m", "SPX 1h"]);
    await layout.tap();
    await menu.getByRole("button", { name: "Timeframe" }).tap();
    await until(async () => (await names(page)).every((one) => one === "SPX 1h"), "linked");
    await tabs.getByRole("button", { name: "SPX 1h" }).nth(3).waitFor();
  });

/** A touch tablet: four charts are seen at once. */
const TABLET = { width: 1180, height: 820, touch: true };

visit("on a tablet a finger links symbol and timeframe of four charts, and changes all at once",
  { path: "/chart/SPX?span=5m", ...TABLET }, async ({ page }) => {
    await loaded(page, 1);
    const layout = page.getByRole("button", { name: "Layout", exact: true });
    const menu = page.getByRole("dialog", { name: "Layout" });
    const are = async (wanted) => {
      const isSo = async () => (await names(page)).join() === wanted;
      await until(isSo, `the charts are not ${wanted}`);
      await loaded(page, 4);
    };
    /** Opens the menu, gives a link or takes it, and closes the menu again. */
    const link = async (name, isLinked) => {
      await layout.tap();
      await menu.getByRole("button", { name, pressed: !isLinked }).tap();
      await menu.getByRole("button", { name, pressed: isLinked }).waitFor();
      await layout.tap();
      await menu.waitFor({ state: "hidden" });
    };
    const choose = (symbol) => page.locator(".watch-row__choose", { hasText: symbol }).tap();
    const takeSpan = (name) =>
      page.getByRole("button", { name: new RegExp(`^${name}, `) }).tap();
    await layout.tap();
    await menu.getByRole("button", { name: "4 charts" }).tap();
    await layout.tap();
    await menu.waitFor({ state: "hidden" });
    await are("SPX 5m,SPX 15m,SPX 1h,SPX 1D");
    assert.equal(await page.locator(".price-chart:visible").count(), 4);

    // Without a link only the chart that was tapped changes.
    await link("Symbol", false);
    await charts(page).nth(2).locator("canvas").tap({ position: { x: 60, y: 120 } });
    await page.locator('.price-chart[data-active="true"]', { hasText: "SPX 1h" }).waitFor();
    await choose("QQQ");
    await are("SPX 5m,SPX 15m,QQQ 1h,SPX 1D");
    await takeSpan("30m");
    await are("SPX 5m,SPX 15m,QQQ 30m,SPX 1D");
    // With it all have what the tapped one has, and whatever is chosen next.
    await link("Symbol", true);
    await are("QQQ 5m,QQQ 15m,QQQ 30m,QQQ 1D");
    await choose("SPY");
    await are("SPY 5m,SPY 15m,SPY 30m,SPY 1D");
    await link("Timeframe", true);
    await are("SPY 30m,SPY 30m,SPY 30m,SPY 30m");
    await charts(page).nth(1).locator("canvas").tap({ position: { x: 60, y: 120 } });
    await page.locator('.price-chart:nth-child(2)[data-active="true"]').waitFor();
    await takeSpan("15m");
    await are("SPY 15m,SPY 15m,SPY 15m,SPY 15m");
    await choose("NDX");
    await are("NDX 15m,NDX 15m,NDX 15m,NDX 15m");
    // It is the same bar on each of them, and the ladder is of that symbol.
    const isOneBar = async () => {
      const told = await opens(page);
      return told[0] !== undefined && new Set(told).size === 1;
    };
    await until(isOneBar, "the charts have other bars");
    await page.locator(".ladder", { hasText: "NDX" }).waitFor();
    // The other way: each is its own again.
    await link("Timeframe", false);
    await takeSpan("5m");
    await are("NDX 15m,NDX 5m,NDX 15m,NDX 15m");
  });

visit("a damaged link shows what can be shown and says what cannot",
  { path: "/chart/SPX?charts=2&link=none&symbol2=%3Cscript%3E&span2=7m&studies2=ema-0,rsi-14" },
  async ({ page }) => {
    await loaded(page, 2);
    await page.getByRole("alert").filter({ hasText: "Showing SPX" }).waitFor();
    assert.deepEqual(await names(page), ["SPX 5m", "SPX 5m"]);
    assert.match(await charts(page).nth(1).innerText(), /RSI 14/);
  });

const rungs = (page) =>
  page.locator(".rung__name").evaluateAll((all) => all.map((one) => one.firstChild.textContent));
const windowOf = (page, place) => charts(page).nth(place).getAttribute("data-window");
const pulledOf = (page, place) => charts(page).nth(place).getAttribute("data-pulled");
const cookieOf = async (page) =>
  (await page.context().cookies()).find(({ name }) => name === "volaris").value;

/** Pulls a chart to the right, to see older bars. */
async function pull(page, place, by) {
  const box = await charts(page).nth(place).boundingBox();
  const from = { x: box.x + 120, y: box.y + box.height / 2 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + by, from.y, { steps: 6 });
  await page.mouse.up();
}

/** Copies the link by the menu, and pastes it as a person does: no page may read what is copied. */
async function copyLink(page) {
  await page.context().grantPermissions(["clipboard-write"]);
  const menu = await openLayouts(page);
  await menu.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("The link to what is shown is copied.").waitFor();
  await page.keyboard.press("Escape");
  await page.evaluate(() => {
    document.body.append(Object.assign(document.createElement("textarea"), { id: "paste" }));
  });
  await page.locator("#paste").focus();
  await page.keyboard.press("Control+v");
  const link = await page.locator("#paste").inputValue();
  await page.locator("#paste").evaluate((field) => field.remove());
  assert.equal(link, page.url(), "the address bar says the same");
  const { pathname, search } = new URL(link);
  return pathname + search;
}

visit("a link shows levels, windows and the maximised chart, and leaves a device its own choices",
  { path: "/chart/SPX?span=5m&charts=2" }, async ({ page, server }) => {
    await loaded(page, 2);
    await page.keyboard.press(" ");
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
    assert.ok(!page.url().includes("levels="), "nobody chose any");
    const depth = (one) => one.getByRole("group", { name: "Levels shown" });
    await depth(page).getByText("All", { exact: true }).click();
    await page.waitForURL(/[?&]levels=All(&|$)/);
    await page.locator(".desk__levels .menu__button").click();
    const levels = page.getByRole("dialog", { name: "Levels" });
    for (const name of ["Within 1 ATR", "By group", "VWAP"]) {
      await levels.getByRole("button", { name, exact: true }).click();
    }
    await page.waitForURL(/[?&]levels=All\.only-near\.order-group\.groups-[a-z](&|$)/);
    await page.keyboard.press("Escape");
    // Both are scrolled, the second one nearer as well; the active one then fills the place.
    assert.equal(await windowOf(page, 0), null);
    await pull(page, 0, 200);
    await page.locator('.price-chart[data-active="true"]', { hasText: "SPX 5m" }).waitFor();
    // The price axis of the first one is pulled: prices do not fit what is seen any more.
    assert.equal(await pulledOf(page, 0), null);
    const box = await charts(page).nth(0).boundingBox();
    const axis = [box.x + box.width - 30, box.y + 200];
    await drag(page, axis, [axis[0], axis[1] + 90]);
    await until(async () => (await pulledOf(page, 0)) !== null, "prices that were pulled");
    await pull(page, 1, 200);
    await page.locator('.price-chart[data-active="true"]', { hasText: "SPX 15m" }).waitFor();
    await charts(page).nth(1).locator("canvas").focus();
    await page.keyboard.press("+");
    // A chart may glide on after the hand has let go of it.
    let before = "";
    await until(async () => {
      const now = `${await windowOf(page, 0)}, ${await windowOf(page, 1)}`;
      const isSteady = now === before && !now.includes("null");
      before = now;
      return isSteady;
    }, "two windows that stand still");
    const link = await copyLink(page);
    assert.match(link, /&active=2&levels=All\.only-near[\w.-]+&window=\d{12}-\d{12}&/);
    assert.match(link, /&window2=\d{12}-\d{12}&prices=[\d.]+_[\d.]+$/);
    const seen = [await windowOf(page, 0), await windowOf(page, 1)];
    const pulled = await pulledOf(page, 0);
    const listed = await rungs(page);

    const cookies = { volaris: "Pivots" };
    const other = await openPage({ server, path: link, cookies });
    try {
      await loaded(other, 2);
      for (const place of [0, 1]) {
        await until(async () => (await windowOf(other, place)) === seen[place],
          `chart ${place} shows ${seen[place]}`);
      }
      await until(async () => (await pulledOf(other, 0)) === pulled, `prices from ${pulled}`);
      assert.equal(await pulledOf(other, 1), null, "what was not pulled fits");
      assert.equal(await other.getByRole("button", { name: "Latest →" }).count(), 2);
      const head = other.locator(".desk__levels .menu__button");
      assert.match(await head.innerText(), /Within 1 ATR/);
      await until(async () => JSON.stringify(await rungs(other)) === JSON.stringify(listed),
        `the same levels: ${listed}`);
      assert.ok(!listed.includes("VWAP"), "the group that was switched off");
      // What the device chose is kept, whatever else is changed, until somebody chooses levels.
      await other.keyboard.press("Alt+Enter");
      await other.waitForURL(/[?&]max=1(&|$)/);
      assert.ok(other.url().includes("levels=All.only-near"), "levels stay in the address");
      assert.ok(!other.url().includes("window"), "windows do not: somebody goes on from there");
      assert.ok(!other.url().includes("prices"), "nor do prices");
      assert.equal(await other.locator(".price-chart:visible").count(), 1);
      assert.match(await cookieOf(other), /\bPivots\b/);
      assert.doesNotMatch(await cookieOf(other), /only-near/);
      await other.reload();
      await loaded(other, 2);
      assert.equal(await other.locator(".price-chart:visible").count(), 1, "still maximised");
      await depth(other).getByText("Key", { exact: true }).click();
      await other.waitForURL(/[?&]levels=Key\.only-near\.order-group(&|$)/);
      const kept = async () => (await cookieOf(other)).includes("Key.only-near.order-group");
      await until(kept, "kept on this device");
      assert.doesNotMatch(await cookieOf(other), /Pivots/);
    } finally {
      await other.quit();
    }
  });

visit("bars of one symbol never stand under another, and a key waits for its own",
  { path: "/chart/SPX?span=5m&charts=2", beforeVisit: withoutWorker }, async ({ page }) => {
    await loaded(page, 2);
    const answer = await hold(page, "**/bars/read");
    await page.locator(".watch-row__choose", { hasText: "QQQ" }).click();
    await until(async () => (await names(page)).every((name) => name.startsWith("QQQ")), "QQQ");
    const told = page.locator(".price-chart__data");
    const without = async () => (await told.allTextContents()).every((text) => !/O /.test(text));
    await until(without, "bars of SPX under QQQ");
    assert.equal(await page.getByText("Loading bars…").filter({ visible: true }).count(), 2);
    // What is pressed meanwhile is done to the bars that come.
    await charts(page).nth(1).locator("canvas").focus();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await windowOf(page, 1), null);
    answer();
    await loaded(page, 2);
    await until(async () => (await windowOf(page, 1)) !== null, "the chart that was moved");
    assert.equal(await windowOf(page, 0), null);
  });

visit("prices of a link wait for the chart that they are of, and are nobody else's",
  { path: "/chart/SPX?span=5m&charts=2&max=1&prices2=5000_5100" }, async ({ page, server }) => {
    await loaded(page, 2);
    // Both charts have the same symbol: the one that is hidden changes as well.
    await page.keyboard.type("qqq");
    await page.getByRole("option", { name: /^QQQ ·/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/chart\/QQQ/);
    // As long as it is open, keys are its own.
    await page.getByRole("dialog", { name: "Command palette" }).waitFor({ state: "hidden" });
    await page.keyboard.press("Alt+Enter");
    await page.locator(".price-chart:visible").nth(1).waitFor();
    // Once it moves, whatever waited for its first painting has been painted.
    await charts(page).nth(1).locator("canvas").focus();
    await page.keyboard.press("ArrowLeft");
    await until(async () => (await windowOf(page, 1)) !== null, "a second chart that is seen");
    assert.equal(await pulledOf(page, 1), null, "prices of SPX on QQQ");
    await page.goto(`${server.address}/chart/SPX?span=5m&charts=2&max=1&prices2=5000_5100`);
    await loaded(page, 2);
    await page.keyboard.press("Alt+Enter");
    await until(async () => (await pulledOf(page, 1)) === "5000.000000 5100.000000", "its own");
  });

visit("what a hostile link says of levels, windows and prices is told and does nothing",
  { path: "/chart/SPX?span=5m&levels=All.groups-%3C9%3E.only-far&window=1-2&prices=9_-inf&max=7"
      + "&at=%3Cb%3E",
    cookies: { volaris: "Pivots" } },
  async ({ page }) => {
    await loaded(page, 1);
    const alert = page.locator(".desk__complaint");
    await alert.filter({ hasText: "what could be understood of the levels" }).waitFor();
    await alert.filter({ hasText: "showing the newest bars" }).waitFor();
    await alert.filter({ hasText: "showing those that fit" }).waitFor();
    await page.getByText("The moment in this address is none").waitFor();
    assert.equal(await windowOf(page, 0), null);
    assert.equal(await pulledOf(page, 0), null);
    const all = page.getByRole("group", { name: "Levels shown" }).getByText("All", { exact: true });
    assert.equal(await all.getAttribute("aria-pressed"), "true");
    assert.match(await cookieOf(page), /\bPivots\b/);
    // The next address says what was understood, and no more.
    await page.keyboard.press("Alt+i");
    await page.waitForURL(/\/chart\/SPX\?span=5m&invert=1&levels=All$/);
    await alert.waitFor({ state: "hidden" });
  });

const DAY = "2024-02-22";

visit("the link of a recorded day asks before it moves a tape, and then shows that minute",
  { path: "/chart/SPY?span=1m" }, async ({ page, server }) => {
    await live(page);
    const day = csv(dayOfMinutes(DAY, 3, 50_400));
    await withFile("spy.csv", day, async (path) => {
      const { stdout, stderr } = await importBars(server.folder, path, "--symbol", "SPY");
      assert.match(stdout, /480 added/, stderr);
    });
    const panel = await tapePanel(page);
    await panel.getByRole("button", { name: DAY }).click();
    await page.locator('.feed-badge[data-kind="recorded"]', { hasText: DAY }).waitFor();
    await panel.getByRole("button", { name: "Pause" }).click();
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor();
    await seek(page, panel, DAY, 11 * 60 + 15, 5);
    await page.keyboard.press("Escape");
    await loaded(page, 1);
    const last = page.locator(".last-price__price");
    const known = await last.innerText();
    const link = await copyLink(page);
    assert.match(link, /&at=202402221115$/);

    await tapePanel(page);
    await panel.getByRole("button", { name: "Back to the practice market" }).click();
    await page.locator('.feed-badge[data-kind="practice"]').waitFor();
    await page.goto(new URL(link, page.url()).href);
    await live(page);
    const offer = page.locator(".toast", { hasText: `This link is of ${DAY} at 11:15` });
    await offer.waitFor();
    assert.equal(await page.locator(".feed-badge").getAttribute("data-kind"), "practice");
    await checkAxe(page);
    await offer.getByRole("button", { name: "Go there" }).click();
    await page.locator('.feed-badge[data-kind="recorded"]', { hasText: DAY }).waitFor();
    await page.locator(".market-clock__time", { hasText: "11:15:00" }).waitFor();
    await until(async () => (await last.innerText()) === known, `${known} again`);
    await loaded(page, 1);
    assert.equal(await offer.count(), 0, "who is there is not asked again");
  });

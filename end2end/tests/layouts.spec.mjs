// Several charts: linked symbol, timeframe and crosshair, drawings on each of them, kept under a
// name, shared as a link, by mouse, keys and finger.

import assert from "node:assert/strict";

import { checkAxe, openPage, until, visit } from "../desk.mjs";

const charts = (page) => page.locator(".price-chart");
const names = (page) => page.locator(".price-chart__name").allInnerTexts();

async function loaded(page, count) {
  await page.locator('.feed-age[data-state="live"]').waitFor();
  await until(async () => {
    const told = await page.locator(".price-chart__data").allInnerTexts();
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
    const [small, large, hour] = [await told(0), await told(1), await told(2)];
    const range = (text) => ["H", "L"].map((letter) =>
      Number(new RegExp(`${letter} ([\\d,.]+)`).exec(text.replaceAll("\n", " "))[1]
        .replaceAll(",", "")));
    const [[high, low], [largeHigh, largeLow]] = [range(small), range(large)];
    assert.ok(high <= largeHigh && largeLow <= low, `${small} is within ${large}`);
    const [hourHigh, hourLow] = range(hour);
    assert.ok(largeHigh <= hourHigh && hourLow <= largeLow, `${large} is within ${hour}`);
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

visit("one of four charts fills the place, and all come back", { path: "/chart/SPX?charts=4" },
  async ({ page }) => {
    await loaded(page, 4);
    await page.keyboard.press("Alt+Enter");
    await until(async () => (await page.locator(".price-chart:visible").count()) === 1, "one");
    await page.keyboard.press("Alt+n");
    await page.locator(".price-chart:visible", { hasText: "SPX 15m" }).waitFor();
    await page.keyboard.press("Alt+Enter");
    await until(async () => (await page.locator(".price-chart:visible").count()) === 4, "four");
  });

visit("on a phone a finger goes from chart to chart",
  { path: "/chart/SPX?span=1m&charts=4", width: 390, height: 844, touch: true },
  async ({ page }) => {
    await loaded(page, 4);
    assert.equal(await page.locator(".price-chart:visible").count(), 1);
    const tabs = page.getByRole("group", { name: "Charts" });
    await tabs.getByRole("button", { name: "SPX 1h" }).tap();
    await page.locator(".price-chart:visible", { hasText: "SPX 1h" }).waitFor();
    await checkAxe(page);
  });

visit("a damaged link shows what can be shown and says what cannot",
  { path: "/chart/SPX?charts=2&link=none&symbol2=%3Cscript%3E&span2=7m&studies2=ema-0,rsi-14" },
  async ({ page }) => {
    await loaded(page, 2);
    await page.getByRole("alert").filter({ hasText: "Showing SPX" }).waitFor();
    assert.deepEqual(await names(page), ["SPX 5m", "SPX 5m"]);
    assert.match(await charts(page).nth(1).innerText(), /RSI 14/);
  });

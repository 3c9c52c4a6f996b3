// Menus of the chart that keys open are typed in at once, and what goes off the chart by mistake
// comes back by one press.

import assert from "node:assert/strict";

import { canvasBox, drag, goTo, pause, under } from "../chart.mjs";
import { checkAxe, live, tabTo, until, visit } from "../desk.mjs";

/** Whether what is typed goes there. */
const isTypedIn = (place) => place.evaluate((one) => one === document.activeElement);
const toast = (page, words) => page.locator(".toast", { hasText: words });

visit("a slash opens the indicators, and the letters behind it search them", {},
  async ({ page }) => {
    await live(page);
    const menu = page.getByRole("dialog", { name: "Indicators" });
    const search = menu.getByRole("searchbox", { name: "Search indicators" });
    // The first time what is in it is loaded; later it is there already.
    for (const letters of ["rsi", "macd"]) {
      await page.keyboard.press("/");
      await until(() => isTypedIn(search), "it is not typed in");
      await page.keyboard.type(letters);
      assert.equal(await search.inputValue(), letters);
      const offered = menu.locator(".menu__list").last().getByRole("button");
      await until(async () => (await offered.count()) === 1, `more than one is called ${letters}`);
      assert.ok(await page.getByRole("dialog", { name: "Command palette" }).isHidden());
      await page.keyboard.press("Tab");
      await tabTo(page, offered.first());
      await page.keyboard.press("Enter");
      await page.waitForURL(new RegExp(`studies=[^&]*${letters}`));
      await page.keyboard.press("Escape");
      await menu.waitFor({ state: "hidden" });
    }
    // Opened by hand the button keeps the focus: on a phone no keyboard covers the menu.
    await page.getByRole("button", { name: "Indicators" }).click();
    await search.waitFor();
    assert.equal(await isTypedIn(search), false);
  });

visit("a date is gone to by keys alone", {}, async ({ page }) => {
  await pause(page);
  const menu = page.getByRole("dialog", { name: "Chart", exact: true });
  const field = menu.getByLabel("Date and New York time");
  await page.keyboard.press("Alt+g");
  await until(() => isTypedIn(field), "it is not typed in");
  await checkAxe(page, { within: menu });
  // Typed as the browser's language writes dates, whichever that is.
  await field.fill("2024-02-26T11:00");
  await page.keyboard.press("Enter");
  await menu.waitFor({ state: "hidden" });
  const box = await canvasBox(page);
  await page.mouse.move(box.x + (box.width - 72) / 2, box.y + 300);
  await until(async () => (await under(page)).at === "2024-02-26T16:00:00Z", "it is elsewhere");
  // The menu of styles opens as before: its date is not first.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("style, scale");
  await page.keyboard.press("Enter");
  await menu.waitFor();
  assert.equal(await isTypedIn(field), false);
});

visit("a study that is taken off comes back as it was", {
  path: "/chart/SPX?studies=ema-9,rsi-14:30,atr-14",
}, async ({ page }) => {
  await live(page);
  const removed = /studies=ema-9,atr-14(&|$)/;
  const whole = /studies=ema-9,rsi-14:30,atr-14(&|$)/;
  const legend = page.locator(".legend", { hasText: "RSI 14" });
  // By the legend, by the menu, and by the palette.
  const ways = [
    async () => {
      await legend.locator(".legend__acts").hover();
      await legend.getByRole("button", { name: "Remove RSI 14" }).click();
    },
    async () => {
      await page.getByRole("button", { name: "Indicators" }).click();
      const menu = page.getByRole("dialog", { name: "Indicators" });
      await menu.getByRole("button", { name: "Remove RSI 14" }).click();
    },
    async () => {
      await page.keyboard.press("Control+k");
      await page.keyboard.type("remove rsi");
      await page.keyboard.press("Enter");
    },
  ];
  for (const remove of ways) {
    await remove();
    await page.waitForURL(removed);
    const told = toast(page, "RSI 14 is off the chart.");
    await told.getByRole("button", { name: "Undo" }).click();
    await page.waitForURL(whole);
    await page.keyboard.press("Escape");
  }
  // Other numbers are another study in its place: nothing is off.
  await legend.locator(".legend__acts").hover();
  await legend.getByRole("button", { name: "Settings of RSI 14" }).click();
  const menu = page.getByRole("dialog", { name: "Indicators" });
  await menu.getByRole("textbox", { name: "Length" }).fill("21");
  await page.keyboard.press("Enter");
  await page.waitForURL(/studies=ema-9,rsi-21:30,atr-14(&|$)/);
  assert.equal(await page.locator(".toast", { hasText: "is off the chart" }).count(), 0);
});

visit("drawings that are deleted come back, and are kept", { path: "/chart/SPY" },
  async ({ page }) => {
    await pause(page);
    const { box } = await goTo(page, "2024-02-26T13:00", "2024-02-26T18:00");
    const menu = page.getByRole("dialog", { name: "Draw" });
    const listed = async () => {
      await page.getByRole("button", { name: "Draw", exact: true }).click();
      await menu.getByRole("group", { name: "Steps" }).waitFor();
      const names = await menu.locator(".menu__list b").allInnerTexts();
      await page.keyboard.press("Escape");
      return names.toSorted().join();
    };
    for (const [n, key] of ["Alt+t", "Alt+h"].entries()) {
      await page.keyboard.press(key);
      const [x, y] = [box.x + 300, box.y + 200 + 80 * n];
      await drag(page, [x, y], [x + 120, y - 40]);
    }
    await until(async () => (await listed()) === "Horizontal line,Trend line", "two are not there");
    // The one that was drawn last is selected.
    await page.locator(".price-chart__canvas").focus();
    await page.keyboard.press("Delete");
    const one = toast(page, "A drawing on SPY is deleted.");
    await one.waitFor();
    assert.equal(await listed(), "Trend line");
    await one.getByRole("button", { name: "Undo" }).click();
    await until(async () => (await listed()) === "Horizontal line,Trend line", "it stays away");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("delete all drawings");
    await page.keyboard.press("Enter");
    const both = toast(page, "2 drawings on SPY are deleted.");
    await both.waitFor();
    // What another symbol's chart does meanwhile is no matter.
    await page.keyboard.type("qqq");
    await page.getByRole("option", { name: /^QQQ ·/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/chart\/QQQ/);
    await both.getByRole("button", { name: "Undo" }).click();
    assert.equal(await listed(), "");
    await page.goBack();
    await page.waitForURL(/chart\/SPY/);
    await until(async () => (await listed()) === "Horizontal line,Trend line", "they stay away");
    await page.reload();
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    await until(async () => (await listed()) === "Horizontal line,Trend line", "they are not kept");
  });

visit("a quick hand is heard before the palette is there, blanks and Enter as well", {},
  async ({ page }) => {
    await live(page);
    const pace = page.locator(".feed-badge__pace");
    const before = await pace.innerText();
    // Its code is on its way when the last of these is pressed.
    await page.route(/\/pkg\/.*\.wasm/, async (route) => {
      await page.waitForTimeout(500);
      await route.continue();
    });
    await page.keyboard.press("Control+k");
    await page.keyboard.type("option chain");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/chain\/SPX/);
    await page.getByRole("dialog", { name: "Command palette" }).waitFor({ state: "hidden" });
    assert.equal(await pace.innerText(), before, "a blank paused the market");
    await page.unrouteAll({ behavior: "wait" });
  });

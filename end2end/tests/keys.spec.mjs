// The desk by keyboard: the palette, keys as traders know them, keys of one's own, and what can be
// taken elsewhere.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { canvasBox, canvasOf, frame, pause, seen, under } from "../chart.mjs";
import { checkAxe, live, tabTo, until, visit } from "../desk.mjs";
import { chooseFirst, palette } from "../palette.mjs";

visit("letters find a symbol, digits a timeframe, words a command", {}, async ({ page }) => {
  await live(page);
  await page.keyboard.press("q");
  await palette(page).waitFor();
  await page.keyboard.type("q");
  await palette(page).getByRole("option", { name: /^QQQ/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/chart\/QQQ/);
  await palette(page).waitFor({ state: "hidden" });
  await page.keyboard.type("60");
  await palette(page).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/span=1h/);
  // A comma begins a timeframe, as elsewhere.
  await page.keyboard.press(",");
  await palette(page).waitFor();
  await page.keyboard.press("5");
  await palette(page).locator("[role=option]:first-child", { hasText: "Timeframe 5m" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/span=5m/);
  await palette(page).waitFor({ state: "hidden" });
  await page.keyboard.press("Control+k");
  await palette(page).getByRole("combobox").fill("heikin");
  await checkAxe(page);
  await page.keyboard.press("Enter");
  await page.waitForURL(/style=heikin-ashi/);
  await page.keyboard.press("Control+k");
  await palette(page).getByRole("combobox").fill("rsi");
  // By mouse as well.
  await palette(page).getByRole("option", { name: /^Indicator RSI 14/ }).click();
  await palette(page).waitFor({ state: "hidden" });
  await page.waitForURL(/rsi-14/);
  await page.keyboard.press("Control+k");
  await palette(page).getByRole("combobox").fill("no such thing");
  await palette(page).getByText("Nothing by that name.").waitFor();
  await page.keyboard.press("Escape");
  await palette(page).waitFor({ state: "hidden" });
  await page.keyboard.press("Alt+l");
  await page.waitForURL(/scale=log/);
  await page.keyboard.press("Alt+l");
  await page.waitForURL((url) => !url.search.includes("scale"));
  await page.keyboard.press(" ");
  await page.keyboard.press("/");
  await page.getByRole("dialog", { name: "Indicators" }).getByRole("searchbox").waitFor();
});

visit("nothing is done while somebody types", {}, async ({ page }) => {
  await live(page);
  await page.getByRole("combobox", { name: "Search symbol" }).fill("");
  await page.keyboard.type("5/?q ");
  await palette(page).waitFor({ state: "hidden" });
  assert.equal(await page.getByRole("combobox", { name: "Search symbol" }).inputValue(), "5/?q ");
  assert.match(page.url(), /chart\/SPX$/);
});

visit("by keys alone a key of one's own is kept, and single keys are off", {}, async ({ page }) => {
  await live(page);
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.waitFor();
  await checkAxe(page);
  const row = sheet.locator("li", { hasText: "Invert the scale" });
  await tabTo(page, row.getByRole("button"));
  await page.keyboard.press("Enter");
  await row.getByText("Press a key…").waitFor();
  await page.keyboard.press("Alt+x");
  await row.getByText("Alt X").first().waitFor();
  const single = sheet.getByRole("button", { name: "Single keys" });
  await tabTo(page, single, "Shift+Tab");
  await page.keyboard.press("Enter");
  await sheet.getByRole("button", { name: "Single keys", pressed: false }).waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  await page.keyboard.press("q");
  await page.keyboard.press("Alt+x");
  await page.waitForURL(/invert=1/);
  assert.ok(!(await palette(page).isVisible()));
  await page.reload();
  await live(page);
  await page.keyboard.press("Alt+x");
  await page.waitForURL((url) => !url.search.includes("invert"));
  // What it was bound to before does nothing any more.
  await page.keyboard.press("Alt+i");
  await page.keyboard.press("q");
  await page.waitForTimeout(200);
  assert.ok(!page.url().includes("invert"));
  assert.ok(!(await palette(page).isVisible()));
});

/** A key does nothing to the scale: another one, that was pressed after it, has been heard. */
async function leavesScale(page, key) {
  const scale = () => new URL(page.url()).searchParams.get("scale");
  const before = scale();
  await page.keyboard.press(key);
  await frame(page);
  await page.keyboard.press("Alt+i");
  await page.waitForURL(/invert=1/);
  assert.equal(scale(), before, `${key} is still heard`);
  await page.keyboard.press("Alt+i");
  await page.waitForURL((url) => !url.search.includes("invert"));
}

visit("on a phone a finger gives a key to a command, and takes it back",
  { width: 390, height: 844, touch: true }, async ({ page }) => {
    await live(page);
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    const row = sheet.locator("li", { hasText: "Scale: log" });
    const open = async () => {
      await page.getByRole("button", { name: "Find", exact: true }).tap();
      await palette(page).getByRole("option", { name: /^Keyboard shortcuts/ }).tap();
      await sheet.waitFor();
    };
    const tap = async (name) => {
      const button = sheet.getByRole("button", { name, exact: true });
      const { height } = await button.boundingBox();
      assert.ok(44 <= height, `${name} is ${height} high`);
      await button.tap();
    };
    const close = async () => {
      await tap("Close");
      await sheet.waitFor({ state: "hidden" });
    };
    // The device knows it too, on its next visit.
    const goesBy = async (key, noMore) => {
      await leavesScale(page, noMore);
      await page.keyboard.press(key);
      await page.waitForURL(/scale=log/);
      await page.reload();
      await live(page);
      await leavesScale(page, noMore);
      await page.keyboard.press(key);
      await page.waitForURL((url) => !url.search.includes("scale"));
    };
    await open();
    const change = row.getByRole("button");
    await row.getByText("Alt L").first().waitFor();
    const target = await change.boundingBox();
    assert.ok(44 <= target.height && target.x + target.width <= 390, JSON.stringify(target));
    await checkAxe(page);
    // What was begun is taken back by the same finger, and by closing.
    const waiting = row.getByText("Press a key…");
    await change.tap();
    await waiting.waitFor();
    await change.tap();
    await row.getByText("Alt L").first().waitFor();
    await change.tap();
    await waiting.waitFor();
    await close();
    await open();
    await row.getByText("Alt L").first().waitFor();
    await change.tap();
    await waiting.waitFor();
    // A keyboard that is attached.
    await page.keyboard.press("Alt+y");
    await row.getByText("Alt Y").first().waitFor();
    await close();
    await goesBy("Alt+y", "Alt+l");

    await open();
    await row.getByText("Alt Y").first().waitFor();
    await tap("All as usual");
    await row.getByText("Alt L").first().waitFor();
    await close();
    await goesBy("Alt+l", "Alt+y");
  });

visit("levels and the chart are taken elsewhere", {}, async ({ page }) => {
  await page.context().grantPermissions(["clipboard-write"]);
  await live(page);
  const choose = async (words) => {
    await page.keyboard.press("Control+k");
    await palette(page).getByRole("combobox").fill(words);
    await page.keyboard.press("Enter");
  };
  await choose("copy the levels");
  await page.getByText(/\d+ levels were copied/).waitFor();
  // No page of the desk may read it: a person pastes it.
  await page.evaluate(() => {
    document.body.append(Object.assign(document.createElement("textarea"), { id: "paste" }));
  });
  await page.locator("#paste").focus();
  await page.keyboard.press("Control+v");
  const copied = await page.locator("#paste").inputValue();
  assert.match(copied, /^SPX levels, 2024-02-27 \d\d:\d\d New York, simulated practice prices\n/);
  const pdh = await page.locator(".rung", { hasText: "PDH" }).first().locator("data").innerText();
  assert.ok(copied.includes(pdh), `${pdh} is not in ${copied}`);
  const levels = /^volaris-PRACTICE-SPX-2024-02-27\.(csv|pine)$/;
  for (const [words, named, begins] of [
    ["levels as csv", levels, "symbol,name,price"],
    ["pine", levels, "//@version=6"],
    ["picture", /\.png$/, "\u{fffd}PNG"],
  ]) {
    const waiting = page.waitForEvent("download");
    await choose(words);
    const file = await waiting;
    assert.match(file.suggestedFilename(), named);
    const text = await readFile(await file.path(), "utf8");
    assert.ok(text.startsWith(begins), text.slice(0, 40));
  }
});

visit(
  "the levels that the ladder shows are those of a file, in its order",
  { path: "/chart/SPX?span=5m&levels=Key.order-nearest" },
  async ({ page }) => {
    await live(page);
    // Those of options come last; a price that moves has others nearest.
    await page.locator(".rung__name", { hasText: "EM−" }).waitFor();
    await page.keyboard.press(" ");
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
    const rungs = await page
      .locator(".rung__name")
      .evaluateAll((all) => all.map((one) => one.firstChild.textContent));
    const waiting = page.waitForEvent("download");
    await page.keyboard.press("Control+k");
    await palette(page).getByRole("combobox").fill("levels as csv");
    await page.keyboard.press("Enter");
    const rows = (await readFile(await (await waiting).path(), "utf8")).trimEnd().split("\r\n");
    assert.deepEqual(rows.slice(1).map((row) => row.split(",")[1]), rungs);
    assert.ok(rows.slice(1).every((row) => row.endsWith(",practice")), rows[1]);
  },
);

const TWO_CHARTS = { path: "/chart/SPX?span=5m&charts=2" };

/** Opens something that Escape closes again. */
const opens = (name) => async ({ page, press }) => {
  await press();
  const dialog = page.getByRole("dialog", { name, exact: true });
  await dialog.waitFor();
  await until(() => dialog.evaluate((one) => one.contains(document.activeElement)), name);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
};

/** Is in the address, and gone with the second press. */
const toggles = (parameter) => async ({ page, press }) => {
  await press();
  await page.waitForURL((url) => url.search.includes(parameter));
  await press();
  await page.waitForURL((url) => !url.search.includes(parameter));
};

/** A tool comes into the hand, and Escape lays it down. */
const takes = (name) => async ({ page, press }) => {
  const tool = page.getByRole("toolbar", { name: "Drawing tools" });
  const inHand = tool.getByRole("button", { name, exact: true, pressed: true });
  await press();
  await inHand.waitFor();
  await canvasOf(page).focus();
  await page.keyboard.press("Escape");
  await inHand.waitFor({ state: "detached" });
};

/** Something that can be read changes as it should. */
const changes = (read, isSo) => async (at) => {
  await frame(at.page);
  const before = await read(at);
  await at.press();
  let after;
  await until(async () => isSo((after = await read(at)), before),
    `${before} became ${after} by ${at.key}`);
};

const price = async ({ page }) => (await under(page)).price;
const more = (after, before) => before < after;
const less = (after, before) => after < before;
// A fresh chart tells no window: what is tested begins with one.
const from = async ({ page }) => (await seen(page))?.[0];
const minutes = async ({ page }) => {
  const window = await seen(page);
  return window && window[1] - window[0];
};
/** Dollars from the pointer to the middle of the prices, which stretching leaves where it is. */
const reach = async ({ page }) => {
  const box = await canvasBox(page);
  const { price: high } = await under(page);
  await page.mouse.move(box.x + 200, box.y + 30 + (box.height - 56) / 2);
  const { price: middle } = await under(page);
  await page.mouse.move(box.x + 200, box.y + 120);
  return high - middle;
};
const drawings = async ({ page }) => {
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  const menu = page.getByRole("dialog", { name: "Draw", exact: true });
  await menu.getByRole("group", { name: "Steps" }).waitFor();
  const count = await menu.locator(".menu__list b").count();
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "hidden" });
  await canvasOf(page).focus();
  return count;
};
const line = async ({ page }) => {
  await page.keyboard.press("Alt+h");
  await page.getByRole("button", { name: "Horizontal line", pressed: true }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("toolbar", { name: "Selected drawing" }).waitFor();
  await page.keyboard.press("Escape");
};
const depth = (name) => async ({ page, press }) => {
  await press();
  const levels = page.getByRole("group", { name: "Levels shown" });
  await levels.getByRole("button", { name, exact: true, pressed: true }).waitFor();
};
const activates = (place) => async ({ page, press }) => {
  await press();
  await page.locator(`.price-chart:nth-child(${place})[data-active=true]`).waitFor();
};
const maximised = (is) => async ({ page, press }) => {
  await press();
  await page.locator(`.charts[data-maximised=${is}]`).waitFor();
};
const paces = (words) => async ({ page, press }) => {
  await press();
  await page.locator(".feed-badge__pace", { hasText: words }).waitFor({ state: "attached" });
};
const seconds = async ({ page }) => {
  const clock = await page.locator(".market-clock__time").innerText();
  return clock.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
};

// What the sheet calls a key, how it is pressed, and what shows that it did what it says.
const KEYS = [
  ["Ctrl K", "Control+k", opens("Command palette")],
  ["?", "?", opens("Keyboard shortcuts")],
  ["/", "/", opens("Indicators")],
  ["Alt G", "Alt+g", opens("Chart")],
  ["Alt D", "Alt+d", opens("Draw")],
  [".", ".", opens("Layout")],
  ["Alt N", "Alt+n", activates(2)],
  ["Alt N", "Alt+n", activates(1)],
  ["Alt Enter", "Alt+Enter", maximised(true)],
  ["Alt Enter", "Alt+Enter", maximised(false)],
  ["Alt I", "Alt+i", toggles("invert=1")],
  ["Alt L", "Alt+l", toggles("scale=log")],
  ["Alt P", "Alt+p", toggles("scale=percent")],
  ["Alt M", "Alt+m", toggles("magnet=1")],
  ["Alt T", "Alt+t", takes("Trend line")],
  ["Alt H", "Alt+h", takes("Horizontal line")],
  ["Alt V", "Alt+v", takes("Vertical line")],
  ["Alt F", "Alt+f", takes("Fibonacci retracement")],
  ["Ctrl Z", "Control+z", async (at) => {
    await line(at);
    await changes(drawings, (after) => after === 0)(at);
  }],
  ["Ctrl Y", "Control+y", changes(drawings, (after) => after === 1)],
  ["Ctrl Z", "Control+z", changes(drawings, (after) => after === 0)],
  ["Ctrl Y", "Control+Shift+z", changes(drawings, (after) => after === 1)],
  ["Alt C", "Alt+c", async ({ page, press }) => {
    await page.mouse.move(700, 6);
    const data = page.locator(".price-chart__data").first();
    await until(async () => (await data.getAttribute("data-at")) === null, "the pointer is there");
    await press();
    await until(async () => (await data.getAttribute("data-at")) !== null, "no crosshair came");
    await press();
    await until(async () => (await data.getAttribute("data-at")) === null, "the crosshair stays");
    const box = await canvasBox(page);
    await page.mouse.move(box.x + 200, box.y + 120);
  }],
  ["Alt S", "Alt+s", async ({ page, press }) => {
    const waiting = page.waitForEvent("download");
    await press();
    assert.equal((await waiting).suggestedFilename(), "volaris-chart.png");
  }],
  ["Alt W", "Alt+w", async ({ page, press }) => {
    await press();
    await page.locator(".toast", { hasText: "SPX is on the watchlist already." }).waitFor();
  }],
  ["←", "ArrowLeft", changes(from, (after) => after !== undefined)],
  ["←", "ArrowLeft", changes(from, less)],
  ["→", "ArrowRight", changes(from, more)],
  ["Ctrl ←", "Control+ArrowLeft", changes(from, less)],
  ["Ctrl →", "Control+ArrowRight", changes(from, more)],
  ["Home", "Home", changes(from, less)],
  ["End", "End", changes(from, (after) => after === undefined)],
  ["←", "ArrowLeft", changes(from, (after) => after !== undefined)],
  ["Ctrl ↑", "Control+ArrowUp", changes(minutes, less)],
  ["Ctrl ↓", "Control+ArrowDown", changes(minutes, more)],
  ["Ctrl ↑", "ArrowUp", changes(minutes, less)],
  ["Ctrl ↓", "ArrowDown", changes(minutes, more)],
  ["Ctrl ↑", "+", changes(minutes, less)],
  ["Ctrl ↓", "-", changes(minutes, more)],
  ["Ctrl ↑", "=", changes(minutes, less)],
  ["Alt ↑", "Alt+ArrowUp", changes(price, more)],
  ["Alt ↓", "Alt+ArrowDown", changes(price, less)],
  ["Shift ↑", "Shift+ArrowUp", changes(reach, less)],
  ["Shift ↓", "Shift+ArrowDown", changes(reach, more)],
  ["0", "0", async (at) => {
    await at.page.keyboard.press("Alt+ArrowUp");
    await changes(price, less)(at);
  }],
  ["Alt R", "Alt+r", changes(from, (after) => after === undefined)],
  ["Alt 2", "Alt+2", depth("Pivots")],
  ["Alt 3", "Alt+3", depth("All")],
  ["Alt 1", "Alt+1", depth("Key")],
  ["Alt →", "Alt+ArrowRight", changes(seconds, (after, before) => after === before + 60)],
  ["Space", " ", paces("1×")],
  ["Space", " ", paces("paused")],
];

visit("every key of the sheet does what it says", TWO_CHARTS, async ({ page }) => {
  await pause(page);
  const box = await canvasBox(page);
  await page.mouse.move(box.x + 200, box.y + 120);
  for (const [, key, does] of KEYS) {
    await canvasOf(page).focus();
    await does({ page, key, press: () => page.keyboard.press(key) });
  }
  // None was forgotten, and none is told that is not there.
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.waitFor();
  const told = await sheet.locator("li kbd").allInnerTexts();
  const bound = new Set(told.filter((words) => words !== "none"));
  assert.deepEqual([...bound].sort(), [...new Set(KEYS.map(([words]) => words))].sort());
});

visit("the chart's keys are its own, and can be others", {}, async ({ page }) => {
  await pause(page);
  // Elsewhere arrows do nothing to it, and a digit is a timeframe's.
  await page.locator(".rung__name").first().focus();
  for (const key of ["ArrowLeft", "ArrowUp", "Home", "+"]) await page.keyboard.press(key);
  assert.equal(await seen(page), undefined);
  await page.keyboard.press("0");
  await palette(page).waitFor();
  await page.keyboard.press("Escape");
  await palette(page).waitFor({ state: "hidden" });
  // Another key, with Alt: from anywhere.
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  const row = sheet.locator("li", { hasText: /^Chart: earlier/ });
  await row.getByText("←").waitFor();
  await row.getByRole("button").click();
  await page.keyboard.press("Alt+b");
  await row.getByText("Alt B").first().waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  await page.locator(".rung__name").first().focus();
  await page.keyboard.press("Alt+b");
  await until(async () => (await seen(page)) !== undefined, "the key does not move the chart");
  const before = await seen(page);
  await canvasOf(page).focus();
  await page.keyboard.press("ArrowLeft");
  await frame(page);
  assert.deepEqual(await seen(page), before, "the key before does nothing any more");
});

visit("the palette does what the menus do", TWO_CHARTS, async ({ page }) => {
  await pause(page);
  const choose = (words, name) => chooseFirst(page, words, name);
  const closes = (name) => opens(name)({ page, press: async () => {} });
  const toast = (words) => page.locator(".toast", { hasText: words }).waitFor();
  await choose("compare qqq", "Compare with QQQ, or stop that");
  await page.waitForURL(/compare=QQQ/);
  await choose("compare qqq", "Compare with QQQ, or stop that");
  await page.waitForURL((url) => !url.search.includes("compare"));
  await choose("anchored", "Indicator AVWAP: anchored at the bar you press");
  await page.getByText("Press the bar to anchor VWAP at").first().waitFor();
  await page.keyboard.press("Escape");
  // What the charts share.
  await choose("same timeframe", "Layout: the same timeframe on all charts, or not");
  const names = page.locator(".price-chart__name");
  await until(async () => (await names.allInnerTexts()).join() === "SPX 5m,SPX 5m", "linked");
  // Levels: a group, a filter, an order.
  const count = () => page.locator(".rung").count();
  const all = await count();
  // What is shown by hand is shown whole, however many levels there should be.
  await choose("levels vwap show", "Levels: VWAP, show or hide");
  await until(async () => (await count()) < all, "VWAP is still there");
  await choose("levels vwap show", "Levels: VWAP, show or hide");
  await until(async () => all <= (await count()), "VWAP does not come back");
  await choose("filter untouched", "Levels filter: Untouched");
  await page.locator(".desk__levels[data-filter=untouched]").waitFor();
  await choose("filter all", "Levels filter: All");
  await page.locator(".desk__levels[data-filter=all]").waitFor();
  await choose("order nearest", "Levels order: Nearest first");
  await page.locator(".ladder caption", { hasText: "Levels, Nearest first" }).waitFor({
    state: "attached",
  });
  // Menus that have no key, also of a pane that is put away.
  await choose("levels groups", "Levels: groups, order, colours…");
  await closes("Levels");
  await choose("watchlist: put away", "Watchlist: put away, or bring back");
  await page.locator(".desk__watch").waitFor({ state: "hidden" });
  await choose("watchlists others", "Watchlists: others, files, columns…");
  await closes("Watchlists");
  await choose("tape controls", "Tape: controls, recorded days…");
  await page.getByRole("dialog", { name: "Tape controls" }).waitFor();
  await page.keyboard.press("Escape");
  await choose("practice market", "Tape: back to the practice market");
  await toast("The practice market plays already.");
  // Drawings.
  await choose("delete selected", "Delete the selected drawing");
  await toast("No drawing is selected.");
  await canvasOf(page).focus();
  await line({ page });
  await choose("delete all", "Delete all drawings that are not locked");
  await until(async () => (await drawings({ page })) === 0, "the line is still there");
});

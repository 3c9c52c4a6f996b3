// Hands and keys on the chart, measured: what each step of a wheel, a key, an axis or a finger
// moves, in bars and dollars; and what only a fine screen, a clock or a picture shows.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import {
  canvasBox, canvasOf, drag, frame, goTo, hearWords, look, near, paintedWords, pause, scales, seen,
  under,
} from "../chart.mjs";
import { checkAxe, live, setLook, until, visit } from "../desk.mjs";

// Minutes of one session fill the chart: bars and minutes are the same.
const MINUTES = { path: "/chart/SPX?span=1m" };
const MIDDLE = ["2024-02-26T13:00", "2024-02-26T18:00"];
const latest = (page) => page.getByRole("button", { name: "Latest →" });

visit("each key zooms, stretches and moves by its step", MINUTES, async ({ page }) => {
  await pause(page);
  const { box, x, y } = await goTo(page, ...MIDDLE);
  const canvas = canvasOf(page);
  await canvas.focus();
  const fresh = await scales(page, box);
  near(fresh.bar, 7, 0.2);
  const press = async (key) => {
    const before = await scales(page, box);
    await page.keyboard.press(key);
    const after = await scales(page, box);
    return { before, after, bars: after.bar / before.bar, dollars: after.dollar / before.dollar };
  };
  // Bars nearer and farther, about the middle.
  for (const [key, factor] of [
    ["+", 1.2], ["-", 1 / 1.2], ["=", 1.2], ["ArrowDown", 1 / 1.2], ["ArrowUp", 1.2],
    ["Control+ArrowDown", 1 / 1.2], ["Control+ArrowUp", 1.2], ["Control+ArrowDown", 1 / 1.2],
  ]) {
    const { bars } = await press(key);
    near(bars, factor, 0.04);
    assert.ok((await look(page, x, y)).at.startsWith(MIDDLE[1]), `${key} is about the middle`);
  }
  near((await scales(page, box)).bar, 7, 0.2);
  // Prices: stretched about their middle, moved, and fitting again.
  const height = box.height - 26 - 30;
  for (const [key, factor] of [["Shift+ArrowUp", 1 / 1.2], ["Shift+ArrowDown", 1.2]]) {
    const { bars, dollars } = await press(key);
    near(dollars, factor, 1e-3);
    near(bars, 1, 0.02);
  }
  for (const [key, part] of [["Alt+ArrowUp", 0.1], ["Alt+ArrowDown", -0.1]]) {
    const { before, after, dollars } = await press(key);
    near(dollars, 1, 1e-6);
    near((after.top - before.top) / before.dollar, part * height, 0.1);
  }
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("0");
  const fitted = await scales(page, box);
  near(fitted.top, fresh.top, 1e-3);
  near(fitted.dollar, fresh.dollar, 1e-5);
  // Sideways: sixty pixels, three hundred with Ctrl.
  for (const [key, by] of [
    ["ArrowLeft", 60], ["ArrowRight", -60],
    ["Control+ArrowLeft", 300], ["Control+ArrowRight", -300],
  ]) {
    const { at } = await look(page, x, y);
    await page.keyboard.press(key);
    assert.equal((await look(page, x + by, y)).at, at, key);
  }
  await page.keyboard.press("Home");
  await until(async () => (await look(page, x, y)).at <= "2024-02-26T14:30:00Z", "the oldest bar");
  await latest(page).waitFor();
  await page.keyboard.press("End");
  await latest(page).waitFor({ state: "hidden" });
  assert.equal(await seen(page), undefined, "as on a fresh chart");
});

visit("only the first button of a mouse drags the chart", MINUTES, async ({ page }) => {
  await pause(page);
  const { box, x, y } = await goTo(page, ...MIDDLE);
  const before = await seen(page);
  for (const button of ["right", "middle"]) {
    await page.mouse.move(x, y);
    await page.mouse.down({ button });
    await page.mouse.move(x + 120, y, { steps: 4 });
    await page.mouse.up({ button });
    assert.deepEqual(await seen(page), before, button);
  }
  await page.keyboard.press("Escape");
  await drag(page, [x, y], [x + 70, y]);
  near((await seen(page))[0], before[0] - 70 / (await scales(page, box)).bar, 0.2);
});

visit("the wheel zooms at the pointer while the newest bar is followed", {}, async ({ page }) => {
  await pause(page);
  const box = await canvasBox(page);
  const [x, y] = [box.x + 300, box.y + 300];
  const { at } = await look(page, x, y);
  await latest(page).waitFor({ state: "hidden" });
  // In steps so small that the newest bar hardly leaves its place, and in one great one.
  for (const turn of [-6, -6, -6, -6, -300]) {
    await page.mouse.wheel(0, turn);
    assert.equal((await under(page)).at, at, `after turning ${turn}`);
  }
  await latest(page).click();
  await latest(page).waitFor({ state: "hidden" });
  // To half and to double: the newest bar is back where it was, and is followed again.
  assert.equal(Boolean(await seen(page)), true, "nearer than on a fresh chart");
  const before = await look(page, x, y);
  await page.mouse.wheel(0, 300);
  await latest(page).waitFor();
  await page.mouse.wheel(0, -600);
  await latest(page).waitFor({ state: "hidden" });
  assert.equal((await under(page)).at, before.at);
  // Keys have no pointer: the newest bar stays followed.
  await canvasOf(page).focus();
  await page.keyboard.press("-");
  await frame(page);
  await latest(page).waitFor({ state: "hidden" });
});

const AXES = { ...MINUTES, beforeVisit: hearWords };

visit("axes are dragged, two clicks fit, Shift and a click measure", AXES, async ({ page }) => {
  await pause(page);
  const { box } = await goTo(page, ...MIDDLE);
  const fresh = await scales(page, box);
  const prices = [box.x + box.width - 30, box.y + 200];
  await drag(page, prices, [prices[0], prices[1] + 80]);
  near((await scales(page, box)).dollar / fresh.dollar, 1.4, 1e-3);
  await page.mouse.dblclick(...prices);
  near((await scales(page, box)).dollar, fresh.dollar, 1e-5);
  near((await scales(page, box)).top, fresh.top, 1e-3);
  // On the bars as on the axis.
  await drag(page, prices, [prices[0], prices[1] + 80]);
  near((await scales(page, box)).dollar / fresh.dollar, 1.4, 1e-3);
  await page.mouse.dblclick(box.x + 300, box.y + 300);
  near((await scales(page, box)).dollar, fresh.dollar, 1e-5);
  near((await scales(page, box)).top, fresh.top, 1e-3);
  const time = [box.x + 300, box.y + box.height - 10];
  const edge = [box.x + box.width - 76, box.y + 300];
  const { at } = await look(page, ...edge);
  await drag(page, time, [time[0] + 90, time[1]]);
  near((await scales(page, box)).bar / fresh.bar, 1.3, 0.04);
  const apart = Math.abs(Date.parse((await look(page, ...edge)).at) - Date.parse(at)) / 60_000;
  assert.ok(apart <= 1, `the right edge is ${apart} bars off`);
  await page.mouse.dblclick(...time);
  near((await scales(page, box)).bar, 7, 0.2);
  // From one bar to another, with no tool in the hand.
  const [from, to] = [[box.x + 200, box.y + 320], [box.x + 410, box.y + 220]];
  const begins = (await look(page, ...from)).at;
  await page.keyboard.down("Shift");
  await page.mouse.click(...from);
  await page.keyboard.up("Shift");
  const ends = (await look(page, ...to)).at;
  await page.mouse.click(...to);
  const selected = page.getByRole("toolbar", { name: "Selected drawing" });
  await selected.getByText("Measure", { exact: true }).waitFor();
  const told = ` · ${(Date.parse(ends) - Date.parse(begins)) / 60_000} bars · `;
  await until(async () => (await paintedWords(page)).some(({ text }) => text.includes(told)),
    `nothing tells${told}`);
});

/** Throws the chart to the right: the hand lets go while it moves. */
async function fling(page, box) {
  const y = box.y + 300;
  await page.mouse.move(box.x + 150, y);
  await page.mouse.down();
  await page.mouse.move(box.x + 500, y, { steps: 5 });
  await page.mouse.up();
}

visit("a thrown chart moves on, comes to rest, and is stopped by a hand", {}, async ({ page }) => {
  await pause(page);
  const box = await canvasBox(page);
  const left = async () => (await seen(page))?.[0];
  const glides = async () => {
    const before = await left();
    await frame(page);
    return (await left()) !== before;
  };
  // On a busy machine a hand may seem to rest before it lets go.
  await until(async () => {
    await fling(page, box);
    return glides();
  }, "a thrown chart does not move on");
  let before;
  await until(async () => {
    const still = before === (await left());
    before = await left();
    await page.waitForTimeout(150);
    return still && before === (await left());
  }, "it never comes to rest");
  await until(async () => {
    await fling(page, box);
    return glides();
  }, "it is not thrown again");
  await page.mouse.down();
  const held = await left();
  await page.waitForTimeout(300);
  assert.equal(await left(), held, "it goes on under the hand");
  await page.mouse.up();
  // Who wants screens to stand still is not moved any further.
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (let n = 0; n < 3; n += 1) {
    await fling(page, box);
    assert.equal(await glides(), false);
  }
});

visit("a fine screen has twice the pixels each way", {}, async ({ page, server }) => {
  await pause(page);
  const box = await canvasBox(page);
  const point = [box.x + 300, box.y + 300];
  const coarse = await look(page, ...point);
  const fine = await page.context().browser().newContext({
    deviceScaleFactor: 2,
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
  });
  try {
    const other = await fine.newPage();
    await setLook(other, server, "toured");
    await other.goto(new URL("/chart/SPX", server.address).href);
    await live(other);
    await other.locator(".price-chart__data", { hasText: "O " }).waitFor();
    for (const [one, density] of [[page, 1], [other, 2]]) {
      const size = await canvasOf(one).evaluate((canvas) =>
        [canvas.width, canvas.height, canvas.clientWidth, canvas.clientHeight]);
      assert.deepEqual(size.slice(0, 2), size.slice(2).map((length) => density * length));
    }
    const sharp = await look(other, ...point);
    assert.equal(sharp.at, coarse.at);
    near(sharp.price, coarse.price, 1e-6);
    // What is painted is as fine: a column of twice the pixels is no column drawn twice.
    const rows = await canvasOf(other).evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const wide = 4 * canvas.width;
      let odd = 0;
      for (let row = 0; row + 1 < canvas.height; row += 2) {
        for (let place = 0; place < wide; place += 1) {
          if (data[row * wide + place] !== data[(row + 1) * wide + place]) {
            odd += 1;
            break;
          }
        }
      }
      return odd;
    });
    assert.ok(20 < rows, `${rows} rows differ from the one beside`);
  } finally {
    await fine.close();
  }
});

const seconds = (clock) => clock.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);

/** Keeps what the page asks of the screen's dots, in `window.screens`. */
const keepScreens = (page) => page.addInitScript(() => {
  const ask = window.matchMedia;
  window.screens = [];
  window.matchMedia = (query) => {
    const answer = ask.call(window, query);
    if (query.includes("resolution")) window.screens.push(answer);
    return answer;
  };
});

visit("a window that goes to a finer screen is drawn with its dots", { beforeVisit: keepScreens },
  async ({ page }) => {
    await pause(page);
    const dots = () => canvasOf(page).evaluate((canvas) =>
      [canvas.width / canvas.clientWidth, canvas.height / canvas.clientHeight]);
    assert.deepEqual(await dots(), [1, 1]);
    const screen = await page.context().newCDPSession(page);
    for (const [place, deviceScaleFactor] of [2, 1].entries()) {
      await until(() => page.evaluate((place) => place < window.screens.length, place), "asked");
      await screen.send("Emulation.setDeviceMetricsOverride", {
        width: 1440, height: 900, deviceScaleFactor, mobile: false,
      });
      // A browser without a screen answers otherwise from now on, and tells nobody.
      await page.evaluate(() => window.screens.at(-1).dispatchEvent(new Event("change")));
      await until(async () => (await dots()).every((one) => one === deviceScaleFactor),
        `${deviceScaleFactor} dots to a pixel`);
    }
  });

visit("the countdown runs with the clock towards the bar's close",
  { path: "/chart/SPX?span=4h", beforeVisit: hearWords }, async ({ page }) => {
    await live(page);
    const told = new Map();
    await until(async () => {
      const clock = await page.locator(".market-clock__time").innerText();
      const words = (await paintedWords(page)).map(({ text }) => text);
      const left = words.findLast((text) => /^\d:\d\d:\d\d$/.test(text));
      if (left) told.set(left, seconds(clock));
      return 5 <= told.size;
    }, "the countdown does not count", { seconds: 30 });
    const left = [...told.keys()].map(seconds);
    for (const [place, now] of left.slice(1).entries()) {
      const passed = left[place] - now;
      assert.ok(1 <= passed && passed <= 3, `${passed} s from ${left[place]} to ${now}`);
    }
    // A bar of four hours of the regular session ends at 13:30, or with it.
    const closes = ["13:30:00", "16:00:00"].map(seconds);
    for (const [words, now] of told) {
      const ends = now + seconds(words);
      assert.ok(closes.some((close) => Math.abs(ends - close) <= 3), `${words} left at ${now}`);
    }
  });

/** The size of a picture that was saved, and the words that were written in it, in order. */
async function savePicture(page) {
  const waiting = page.waitForEvent("download");
  await page.keyboard.press("Alt+s");
  const file = await waiting;
  assert.equal(file.suggestedFilename(), "volaris-chart.png");
  const picture = await readFile(await file.path());
  assert.equal(picture.subarray(1, 4).toString(), "PNG");
  const words = (await paintedWords(page)).filter(({ isSeen }) => !isSeen);
  const size = [picture.readUInt32BE(16), picture.readUInt32BE(20)];
  return { size, words: words.map(({ text }) => text.trim()) };
}

visit("a picture has every chart that is seen, with the words over it",
  { path: "/chart/SPX?charts=2&link=none&studies=ema-9,rsi-14"
      + "&symbol2=SPY&span2=5m&studies2=bb-20-2",
    beforeVisit: hearWords }, async ({ page }) => {
    await pause(page);
    const named = page.locator(".price-chart__data", { hasText: "O " });
    await until(async () => (await named.count()) === 2, "there are not two charts");
    const all = await page.locator(".charts").boundingBox();
    const { size, words } = await savePicture(page);
    near(size[0], all.width, 1);
    near(size[1], all.height + 28, 1);
    for (const word of ["SPX 5m", "SPY 5m", "O", "EMA 9", "RSI 14", "BB 20 2"]) {
      assert.ok(words.includes(word), `${word} is not among ${words}`);
    }
    // What buttons say is no part of it, nor what is told to those who cannot see.
    assert.ok(!words.some((word) => /×|⚙|crosshair/.test(word)), words.join());
    // Of a maximised chart, that one alone.
    await page.keyboard.press("Alt+Enter");
    await page.locator(".charts[data-maximised=true]").waitFor();
    await page.evaluate(() => self.paintedWords.splice(0));
    const one = (await savePicture(page)).words;
    assert.ok(one.includes("SPX 5m") && !one.includes("SPY 5m"), one.join());
  });

visit("a picture says what it is of, whose and when", { beforeVisit: hearWords },
  async ({ page }) => {
    await pause(page);
    const box = await page.locator(".charts").boundingBox();
    const clock = await page.locator(".market-clock__time").innerText();
    const { size, words } = await savePicture(page);
    // The chart as it is, and a line under it.
    near(size[0], box.width, 1);
    near(size[1], box.height + 28, 1);
    const text = words.at(-1);
    const [market, price, maker, span, when, ...more] = text.split(" · ");
    assert.deepEqual([market, maker, span, more], ["PRACTICE", "Volaris", "5m", []]);
    assert.match(price, /^SPX [\d,]+\.\d\d$/);
    assert.match(when, /^2024-02-27 \d\d:\d\d New York$/);
    assert.ok(text.includes(clock.slice(0, 5)), `${text} at ${clock}`);
  });

visit("a rung under the pointer lights its level up on the chart", {}, async ({ page }) => {
  await pause(page);
  const box = await canvasBox(page);
  const high = await look(page, box.x + 200, box.y + 100);
  const low = await look(page, box.x + 200, box.y + 500);
  const dollar = (high.price - low.price) / 400;
  await page.mouse.move(box.x + 200, 6);
  await frame(page);
  // A level in sight, and no other near it.
  const prices = await page.locator(".rung data").evaluateAll((all) =>
    all.map((one) => Number(one.value)));
  const y = (price) => 100 + (high.price - price) / dollar;
  const place = prices.findIndex((price, n) => 60 < y(price) && y(price) < box.height - 60 &&
    prices.every((other, m) => m === n || 20 < Math.abs(y(other) - y(price))));
  assert.ok(0 <= place, `no level stands alone: ${prices.map(y)}`);
  // From a copy: the chart's own canvas is not made to be read.
  const column = () => canvasOf(page).evaluate((canvas) => {
    const copy = new OffscreenCanvas(1, canvas.height);
    const paper = copy.getContext("2d", { willReadFrequently: true });
    paper.drawImage(canvas, -150, 0);
    return [...paper.getImageData(0, 0, 1, canvas.height).data];
  });
  const before = await column();
  const differing = async () => {
    await frame(page);
    const after = await column();
    const rows = new Set();
    after.forEach((value, n) => value !== before[n] && rows.add(Math.floor(n / 4)));
    return [...rows];
  };
  await page.locator(".rung").nth(place).locator(".rung__price").hover();
  let rows = [];
  await until(async () => 8 <= (rows = await differing()).length, "no line is lit up");
  for (const row of rows) near(row, y(prices[place]), 9);
  await page.mouse.move(box.x + 200, 6);
  await until(async () => (await differing()).length === 0, "it stays lit up");
});

visit("a level that is shown flashes twice, or not at all for those who want no motion", {},
  async ({ page }) => {
    await pause(page);
    // A pointer that rests over the ladder points at a level of its own.
    await page.mouse.move(700, 6);
    // The page's clock is turned by hand: what is painted when is no matter of the machine's speed.
    await page.clock.install();
    const show = async () => {
      await page.locator(".rung", { hasText: "PDL" }).first().getByRole("button").press("Enter");
      const button = page.getByRole("button", { name: "Show on the chart" });
      await button.waitFor();
      await page.clock.pauseAt(await page.evaluate(() => Date.now() + 100));
      await button.press("Enter");
      const pictures = [];
      for (const ms of [100, 350, 350, 700]) {
        await page.clock.runFor(ms);
        pictures.push(await canvasOf(page).evaluate((canvas) => canvas.toDataURL()));
      }
      await page.clock.resume();
      return pictures;
    };
    // Once it is in the middle, only light changes.
    await show();
    const [strong, weak, again, gone] = await show();
    assert.equal(new Set([strong, weak, gone]).size, 3, "strong, weak, and gone differ");
    assert.ok(again === strong, "it does not flash a second time");
    await page.emulateMedia({ reducedMotion: "reduce" });
    const still = await show();
    assert.ok(still.slice(0, 3).every((picture) => picture === strong), "it moves");
    assert.ok(still[3] === gone, "it stays");
  });

visit("the crosshair goes by keys, and is told", {}, async ({ page }) => {
  await pause(page);
  await page.mouse.move(700, 6);
  const line = page.locator(".price-chart__data");
  const at = async () => Date.parse((await under(page)).at) / 60_000;
  assert.equal(await line.getAttribute("data-at"), null);
  const spoken = page.locator(".price-chart__head [aria-live=polite]");
  assert.equal(await spoken.innerText(), "");
  await page.keyboard.press("Alt+c");
  await until(async () => (await line.getAttribute("data-at")) !== null, "there is no crosshair");
  const newest = await at();
  const { figures, price } = await under(page);
  assert.ok(figures.replaceAll(/\s+/g, " ").replaceAll(",", "").includes(`C ${price.toFixed(2)}`));
  await until(async () => /^Tue 27 Feb \d\d:\d\d, at [\d,.]+\. Open [\d,.]+, high [\d,.]+, low/
    .test(await spoken.innerText()), "nothing is said");
  const words = await spoken.innerText();
  // Bar by bar.
  for (const [key, minutes] of [["ArrowLeft", -5], ["ArrowLeft", -10], ["ArrowRight", -5]]) {
    await page.keyboard.press(key);
    assert.equal(await at(), newest + minutes, key);
  }
  await until(async () => (await spoken.innerText()) !== words, "the other bar is not told");
  // From one round price to the next, finer with Shift.
  const prices = [];
  for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown"]) {
    await page.keyboard.press(key);
    prices.push((await under(page)).price);
  }
  const step = prices[1] - prices[0];
  assert.ok(0 < step);
  near(prices[2] - prices[1], step, 1e-4);
  near(prices[3], prices[1], 1e-4);
  near(prices[1] / step, Math.round(prices[1] / step), 1e-3);
  await page.keyboard.press("Shift+ArrowUp");
  const fine = (await under(page)).price - prices[3];
  assert.ok(0 < fine && fine < step / 2, `${fine} of ${step}`);
  const told = (await under(page)).price.toFixed(2);
  assert.ok((await spoken.innerText()).replaceAll(",", "").includes(`at ${told}`), told);
  await checkAxe(page);
  // It takes the view along, and Escape puts it away.
  for (let n = 0; n < 150; n += 1) await page.keyboard.press("ArrowLeft");
  await latest(page).waitFor();
  assert.ok((await at()) < newest - 400);
  await page.keyboard.press("Escape");
  await until(async () => (await line.getAttribute("data-at")) === null, "it stays");
  await page.keyboard.press("ArrowRight");
  await frame(page);
  assert.equal(await line.getAttribute("data-at"), null, "arrows pan again");
});

visit("a pane's height is changed by keys", { path: "/chart/SPY?studies=rsi-14,atr-14" },
  async ({ page }) => {
    await pause(page);
    const box = await canvasBox(page);
    const line = page.getByRole("separator", { name: "Height of RSI 14" });
    const legend = page.locator(".legend", { hasText: "RSI 14" });
    const top = () => legend.evaluate((one) => Number.parseFloat(one.style.top));
    await line.waitFor({ state: "attached" });
    const before = await top();
    assert.equal(await line.getAttribute("aria-valuenow"), "20");
    await line.focus();
    for (const value of ["22", "24"]) {
      await page.keyboard.press("ArrowUp");
      await until(async () => (await line.getAttribute("aria-valuenow")) === value, value);
    }
    await page.waitForURL(/studies=rsi-14:24,atr-14(&|$)/);
    near(before - (await top()), 0.04 * (box.height - 26), 1.5);
    await checkAxe(page);
    const ends = [["Home", "5"], ["ArrowDown", "5"], ["End", "60"], ["ArrowUp", "60"]];
    for (const [key, value] of ends) {
      await page.keyboard.press(key);
      await until(async () => (await line.getAttribute("aria-valuenow")) === value, key);
    }
    await page.waitForURL(/rsi-14:60/);
    await page.keyboard.press("Tab");
    const other = page.getByRole("separator", { name: "Height of ATR 14" });
    assert.ok(await other.evaluate((one) => one === document.activeElement));
  });

const STUDIES = "/chart/SPY?studies=ema-9,rsi-14,atr-14";

visit("a finger hides, shows and moves studies",
  { path: STUDIES, width: 390, height: 844, touch: true }, async ({ page }) => {
    await live(page);
    await page.getByRole("button", { name: "Indicators" }).tap();
    const menu = page.getByRole("dialog", { name: "Indicators" });
    const button = (name) => menu.getByRole("button", { name, exact: true });
    await button("Show RSI 14").waitFor();
    for (const row of await menu.locator(".menu__list").first().getByRole("button").all()) {
      const { width, height } = await row.boundingBox();
      const name = await row.getAttribute("aria-label");
      assert.ok(44 <= width && 44 <= height, `${name} is ${width} × ${height}`);
    }
    await button("Show RSI 14").tap();
    await page.waitForURL(/studies=ema-9,rsi-14:off,atr-14/);
    const shown = (pressed) => menu.getByRole("button", { name: "Show RSI 14", pressed });
    await shown(false).tap();
    await page.waitForURL(/studies=ema-9,rsi-14,atr-14/);
    await button("Move ATR 14 up").tap();
    await page.waitForURL(/studies=ema-9,atr-14,rsi-14/);
    // What is first of its kind goes no further.
    await until(() => button("Move ATR 14 up").isDisabled(), "the first one goes up");
    assert.ok(await button("Move EMA 9 down").isDisabled());
    await button("Move ATR 14 down").tap();
    await page.waitForURL(/studies=ema-9,rsi-14,atr-14/);
    await shown(true).waitFor();
    await checkAxe(page);
    await button("Remove ATR 14").tap();
    await page.waitForURL(/studies=ema-9,rsi-14(&|$)/);
  });

visit("keys hide and move studies, and stay where they are", { path: STUDIES },
  async ({ page }) => {
    await live(page);
    await page.keyboard.press("/");
    const menu = page.getByRole("dialog", { name: "Indicators" });
    const focused = (name) => until(async () =>
      (await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))) === name,
    `the focus is not on ${name}`);
    await menu.getByRole("button", { name: "Show EMA 9" }).focus();
    for (const ending of ["ema-9:off,rsi-14,atr-14", "ema-9,rsi-14,atr-14"]) {
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.search.includes(`studies=${ending}`));
      await focused("Show EMA 9");
    }
    // Where it can go no further, the row keeps the focus.
    await menu.getByRole("button", { name: "Move RSI 14 down" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/studies=ema-9,atr-14,rsi-14/);
    await focused("Show RSI 14");
  });

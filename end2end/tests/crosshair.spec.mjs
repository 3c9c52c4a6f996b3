// A finger that rests on the chart takes the crosshair: there is no other way to read a bar by hand
// on a phone. Measured in bars and prices.

import assert from "node:assert/strict";

import { canvasBox, fingers, frame, near, pause, seen, under } from "../chart.mjs";
import { until, visit } from "../desk.mjs";

/** Longer than a finger rests before it has the crosshair. */
const LONG_MS = 600;
/** Minutes of one session in sight, so that pixels are minutes. */
const AT = "/chart/SPX?span=1m&window=202402260945-202402261200";

/** The bars that charts point at, by their moments; nothing of those that have no crosshair. */
async function pointed(page) {
  await frame(page);
  const lines = page.locator(".price-chart__data");
  return lines.evaluateAll((lines) => lines.map((line) => line.dataset.at));
}

/** A finger goes down, and rests until it has the crosshair. */
async function rest(page, hands, place) {
  await hands("touchStart", place);
  await until(async () => (await pointed(page))[0] !== undefined, "a resting finger takes nothing");
}

/** The market stands; fingers are above a bar, and what is in sight is known. */
async function begin(page) {
  await pause(page);
  const hands = await fingers(page);
  const box = await canvasBox(page);
  const stretch = await seen(page);
  return { hands, x: box.x + 120, y: box.y + 160, stretch };
}

visit("on a phone a finger that rests reads bars and prices, and leaves the chart where it is",
  { width: 390, height: 844, touch: true, path: AT }, async ({ page }) => {
    const { hands, x, y, stretch } = await begin(page);
    await rest(page, hands, [x, y]);
    const first = await under(page);
    assert.match(first.figures, /O .*H .*L .*C /s);
    // It goes along with the finger, by bars and by prices; the chart does not.
    await hands("touchMove", [x + 80, y + 60]);
    const second = await under(page);
    const minutes = (Date.parse(second.at) - Date.parse(first.at)) / 60_000;
    assert.ok(0 < minutes, `${first.at} to ${second.at}`);
    assert.ok(second.price < first.price, `${first.price} to ${second.price}`);
    await hands("touchMove", [x, y]);
    const back = await under(page);
    assert.equal(back.at, first.at);
    near(back.price, first.price, 0.01);
    assert.deepEqual(await seen(page), stretch, "the chart went along");
    // It stays where it was left, to be read.
    await hands("touchEnd");
    await page.waitForTimeout(LONG_MS);
    assert.equal((await under(page)).at, first.at, "it is gone with the finger");
    // A tap puts it away.
    await page.touchscreen.tap(x + 40, y + 40);
    await until(async () => (await pointed(page))[0] === undefined, "a tap leaves it there");
    // A finger that moves at once takes the chart along, however long it stays then.
    await hands("touchStart", [x, y]);
    await hands("touchMove", [x + 60, y]);
    await page.waitForTimeout(LONG_MS);
    await hands("touchEnd");
    const after = await seen(page);
    assert.ok(after[0] < stretch[0], `${after} is not before ${stretch}`);
    assert.deepEqual(await pointed(page), [undefined]);
  });

visit("a finger that trembles rests all the same, and a second one zooms",
  { width: 390, height: 844, touch: true, path: AT }, async ({ page }) => {
    const { hands, x, y, stretch } = await begin(page);
    await hands("touchStart", [x, y]);
    await hands("touchMove", [x + 3, y - 2]);
    await until(async () => (await pointed(page))[0] !== undefined, "it takes nothing");
    assert.deepEqual(await seen(page), stretch, "the chart trembles along");
    await hands("touchStart", [x, y], [x + 60, y]);
    await hands("touchMove", [x, y], [x + 140, y]);
    await hands("touchEnd");
    const after = await seen(page);
    assert.ok(after[1] - after[0] < stretch[1] - stretch[0], `${stretch} to ${after}`);
    await until(async () => (await pointed(page))[0] === undefined, "the crosshair stays");
  });

visit("the crosshair of a finger is seen on the charts that are linked to it",
  { width: 1180, height: 820, touch: true,
    path: "/chart/SPX?span=5m&charts=2&link=crosshair&symbol2=SPY&span2=5m" },
  async ({ page }) => {
    await pause(page);
    const lines = page.locator(".price-chart__data", { hasText: "O " });
    await until(async () => (await lines.count()) === 2, "there are not two charts");
    const hands = await fingers(page);
    const box = await canvasBox(page);
    const [x, y] = [box.x + 20, box.y + 160];
    // The second chart tells the bar of the same five minutes: its high and low are its own.
    const figures = () => lines.nth(1).innerText();
    const newest = await figures();
    await rest(page, hands, [x, y]);
    await until(async () => (await figures()) !== newest, "the other chart does not follow");
    const first = await figures();
    await hands("touchMove", [x + 50, y]);
    await until(async () => ![newest, first].includes(await figures()), "it does not go along");
    await hands("touchEnd");
    await page.touchscreen.tap(x, y);
    await until(async () => (await figures()) === newest, "it stays");
  });

visit("a finger stretches both axes, fits them by two taps, and drags the edge of a pane",
  { width: 390, height: 844, touch: true, path: `${AT}&studies=ema-9,rsi-14` },
  async ({ page }) => {
    await pause(page);
    const hands = await fingers(page);
    const box = await canvasBox(page);
    /** One finger goes from a place to another, and rests there before it leaves. */
    const swipe = async (from, to) => {
      await hands("touchStart", from);
      await hands("touchMove", to);
      await page.waitForTimeout(120);
      await hands("touchEnd");
      await frame(page);
    };
    const tapTwice = async (x, y) => {
      await page.touchscreen.tap(x, y);
      await page.touchscreen.tap(x, y);
    };
    const chart = page.locator(".price-chart").first();
    const pulled = () => chart.getAttribute("data-pulled");
    const [timeAxis, priceAxis] = [box.y + box.height - 10, box.x + box.width - 30];
    // The time axis: bars farther apart.
    const before = await seen(page);
    await swipe([box.x + 100, timeAxis], [box.x + 190, timeAxis]);
    const after = await seen(page);
    assert.ok(after[1] - after[0] < before[1] - before[0], `${before} to ${after}`);
    // The price axis: prices farther apart; two taps fit them again.
    assert.equal(await pulled(), null);
    await swipe([priceAxis, box.y + 120], [priceAxis, box.y + 60]);
    await until(async () => (await pulled()) !== null, "prices are not pulled");
    await tapTwice(priceAxis, box.y + 120);
    await until(async () => (await pulled()) === null, "two taps fit nothing");
    // The edge above the pane, where a mouse would get another pointer.
    const edge = await page.locator(".pane-edge").first().boundingBox();
    const [x, y] = [box.x + 120, edge.y + edge.height / 2];
    await swipe([x, y], [x, y - 80]);
    await page.waitForURL(/studies=ema-9,rsi-14:\d+/);
  });

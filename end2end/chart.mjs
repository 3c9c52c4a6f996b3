// What tests read off a chart: the bar and the price under a pointer, what is in sight, the words
// that are painted.

import assert from "node:assert/strict";

import { live, until } from "./desk.mjs";

/** Stops the tape, so that nothing moves but by hand. */
export async function pause(page) {
  await live(page);
  await page.locator(".feed-badge").click();
  const button = (name) => page.getByRole("button", { name, exact: true });
  await button("Pause").or(button("Play")).waitFor();
  if (await button("Pause").isVisible()) await button("Pause").click();
  await button("Play").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".price-chart__data", { hasText: "O " }).first().waitFor();
}

/** The next frame but one: what was asked for is painted. */
export const frame = (page) =>
  page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));

/** The bar and the price under the pointer, and the bar's figures. */
export async function under(page) {
  await frame(page);
  return page.locator(".price-chart__data").first().evaluate((line) => ({
    at: line.dataset.at,
    price: Number(line.dataset.price),
    figures: line.innerText,
  }));
}

/** The same at a point of the screen, where the pointer goes first. */
export async function look(page, x, y) {
  await page.mouse.move(x, y);
  return under(page);
}

export const canvasOf = (page) => page.locator(".price-chart__canvas").first();
export const canvasBox = (page) => canvasOf(page).boundingBox();

export const near = (a, b, by) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b} ± ${by}`);

/** From when to when bars are in sight, in minutes; nothing on a fresh chart. */
export async function seen(page) {
  await frame(page);
  const told = await page.locator(".price-chart").first().getAttribute("data-window");
  return told?.split(" ").map((micros) => Number(micros) / 60e6);
}

/** Brings a moment of New York to the middle of the chart; gives where that is on the screen. */
export async function goTo(page, words, utc) {
  await page.getByRole("button", { name: "Hollow candles" }).click();
  const menu = page.getByRole("dialog", { name: "Chart", exact: true });
  await menu.getByLabel("Date and New York time").fill(words);
  await menu.getByRole("button", { name: "Go" }).click();
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "hidden" });
  const box = await canvasBox(page);
  const [x, y] = [box.x + (box.width - 72) / 2, box.y + 300];
  await until(async () => (await look(page, x, y)).at?.startsWith(utc), `${words} in the middle`);
  return { box, x, y };
}

/** Pixels from bar to bar, where those in sight are minutes of one session, and dollars a pixel. */
export async function scales(page, box) {
  const [left, top] = [box.x + 130, box.y + 120];
  const [width, height] = [560, 260];
  const first = await look(page, left, top);
  const last = await look(page, left + width, top + height);
  const minutes = (Date.parse(last.at) - Date.parse(first.at)) / 60_000;
  return { bar: width / minutes, dollar: (first.price - last.price) / height, top: first.price };
}

/** Drags in one step, and lets go at rest: that throws nothing. */
export async function drag(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(...to);
  await page.waitForTimeout(120);
  await page.mouse.up();
}

/** To be done before the visit: remembers every word that is painted, and whether it is seen. */
export async function hearWords(page) {
  await page.addInitScript(() => {
    const words = (self.paintedWords = []);
    const paint = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
      words.push({ text, isSeen: this.canvas.isConnected });
      if (4_000 < words.length) words.splice(0, 2_000);
      return paint.call(this, text, ...rest);
    };
  });
}

export const paintedWords = (page) => page.evaluate(() => self.paintedWords);

/** Fingers on the page: told what they do, and where each of them is. */
export async function fingers(page) {
  const screen = await page.context().newCDPSession(page);
  return (type, ...places) =>
    screen.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: places.map(([x, y], id) => ({ x, y, id })),
    });
}

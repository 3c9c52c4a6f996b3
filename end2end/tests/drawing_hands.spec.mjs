// Every drawing tool by keys alone and by finger, measured in what is kept: moments and prices of
// each point. And what becomes of a drawing that is styled, hidden, locked, or drawn by the magnet.

import assert from "node:assert/strict";

import {
  canvasOf, drag, fingers, frame, goTo, look, near, pause, scales, under,
} from "../chart.mjs";
import { until, visit } from "../desk.mjs";

// Minutes of one session fill the chart: bars and minutes are the same.
const MINUTES = { path: "/chart/SPX?span=1m" };
const MIDDLE = ["2024-02-26T13:00", "2024-02-26T18:00"];
const MINUTE = 60_000;

// Its name, the word that is kept, and how many points it has.
const TOOLS = [
  ["Trend line", "trend", 2], ["Horizontal line", "horizontal", 1],
  ["Vertical line", "vertical", 1], ["Ray", "ray", 2], ["Rectangle", "rectangle", 2],
  ["Fibonacci retracement", "fibonacci", 2], ["Measure", "measure", 2], ["Note", "note", 1],
  ["Long: target and stop", "long", 3], ["Short: target and stop", "short", 3],
];

const options = (page) => page.getByRole("toolbar", { name: "Selected drawing" });
const menuOf = (page) => page.getByRole("dialog", { name: "Draw", exact: true });

const rowOf = (page, name) =>
  menuOf(page).locator(".menu__list .menu__wide", { hasText: name });

/** What a question says that keeps drawings, as postcard writes it: names, each with its line. */
function editsOf(body) {
  let at = 0;
  const number = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = body[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const text = () => {
    const length = Number(number());
    at += length;
    return body.subarray(at - length, at).toString("utf8");
  };
  text();
  const edits = Array.from({ length: Number(number()) }, () => {
    const id = number();
    return [String(id), body[at++] === 1 ? text() : null];
  });
  assert.equal(at, body.length, "the question is written otherwise now");
  return edits;
}

/** What the server was told of drawings and said yes to, from now on: each line by its name. */
function kept(page) {
  const lines = new Map();
  page.on("response", (answer) => {
    const { pathname } = new URL(answer.url());
    if (!pathname.endsWith("/drawings/edit") || !answer.ok()) return;
    for (const [id, line] of editsOf(answer.request().postDataBuffer())) {
      if (line === null) lines.delete(id);
      else lines.set(id, line);
    }
  });
  return lines;
}

/** A line in parts; moments in milliseconds. */
function parsed(line) {
  const [, words, text] = /^(.*?)(?: text=(.*))?$/.exec(line);
  const [tool, id, ...rest] = words.split(" ");
  const values = (name) =>
    rest.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));
  const points = values("at").map((point) => {
    const [at, price] = point.split(",").map(Number);
    return { at: at / 1_000, price };
  });
  const flags = rest.filter((word) => !word.includes("="));
  const [ink, width, on] = ["ink", "width", "on"].map((name) => values(name)[0]);
  return { tool, id, points, flags, ink, width, on, text };
}

const only = (lines) => {
  assert.equal(lines.size, 1, [...lines.values()].join("\n"));
  return parsed([...lines.values()][0]);
};

/** Waits until the only drawing has its points there. */
async function untilAt(lines, points, what) {
  const is = ({ at, price }, n) =>
    at === points[n].at && Math.abs(price - points[n].price) < 2e-3;
  const agrees = () => {
    const found = lines.size === 1 ? only(lines).points : [];
    return found.length === points.length && found.every(is);
  };
  await until(agrees, `${what} is not at ${JSON.stringify(points)}`).catch((error) => {
    throw new Error(`${error.message}, but\n${[...lines.values()].join("\n")}`);
  });
}

const pointOf = ({ at, price }) => ({ at: Date.parse(at), price });
const shifted = (points, millis, dollars) =>
  points.map(({ at, price }) => ({ at: at + millis, price: price + dollars }));

/** Presses a key so often, and lets what it did be painted. */
async function keys(page, key, count = 1) {
  for (let n = 0; n < count; n += 1) await page.keyboard.press(key);
  await frame(page);
}

const focused = (page, locator) =>
  until(() => locator.evaluate((one) => one === document.activeElement), "the focus is elsewhere");

/** Takes something from the palette, by keys alone. */
async function choose(page, words, name) {
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Command palette" });
  await focused(page, palette.getByRole("combobox"));
  await page.keyboard.type(words);
  await palette.locator("[role=option]:first-child", { hasText: name }).waitFor();
  await page.keyboard.press("Enter");
  await palette.waitFor({ state: "hidden" });
}

async function takeByKeys(page, name) {
  await choose(page, `draw: ${name.toLowerCase()}`, `Draw: ${name}`);
  await page.getByRole("toolbar", { name: "Drawing tools" })
    .getByRole("button", { name, exact: true, pressed: true }).waitFor();
  await focused(page, canvasOf(page));
}

/** Fails unless a fresh drawing is where the hand was. */
function checkFresh(one, [name, tool, count], from, to) {
  assert.equal(one.tool, tool);
  assert.equal(one.points.length, count, name);
  const [first, second, third] = one.points;
  assert.equal(first.at, from.at, `${name}: when it begins`);
  near(first.price, from.price, 2e-6);
  if (count === 2) {
    assert.equal(second.at, to.at, `${name}: when it ends`);
    near(second.price, to.price, 2e-6);
  }
  if (count === 3) {
    // Entry, target and stop: twice as far to the one as to the other, and both end together.
    const sign = tool === "long" ? 1 : -1;
    assert.equal(second.at, first.at + 24 * MINUTE);
    assert.equal(third.at, second.at);
    const risk = sign * (first.price - third.price);
    assert.ok(0 < risk, `${name} risks ${risk}`);
    near(sign * (second.price - first.price), 2 * risk, 1e-6);
  }
}

/** Moves each point of the selected drawing alone, there and back, by keys. */
async function movePoints(page, lines, { points }, dollar) {
  const told = (words) => options(page).getByText(words, { exact: true });
  const whole = told("Arrows move all of it, Enter chooses one of its points.");
  for (const n of points.keys()) {
    await keys(page, "Enter");
    await told(`Point ${n + 1} of ${points.length}`).waitFor();
    // The target and the stop of a risk box end together.
    const goes = (k) => k === n || (points.length === 3 && 0 < n && 0 < k);
    const later = points.map((point, k) => ({ ...point, at: point.at + (goes(k) ? MINUTE : 0) }));
    await keys(page, "ArrowRight");
    await untilAt(lines, later, `point ${n + 1} a bar later`);
    const higher = later.map((point, k) =>
      ({ ...point, price: point.price + (k === n ? 8 * dollar : 0) }));
    await keys(page, "ArrowUp");
    await untilAt(lines, higher, `point ${n + 1} eight pixels up`);
    await keys(page, "ArrowDown");
    await keys(page, "ArrowLeft");
    await untilAt(lines, points, `point ${n + 1} back`);
  }
  await keys(page, "]");
  await whole.waitFor({ state: "attached" });
  await keys(page, "[");
  await told(`Point ${points.length} of ${points.length}`).waitFor();
  await keys(page, "Enter");
  await whole.waitFor({ state: "attached" });
}

/** The chart stands still and has the focus: what a dollar is there, and what is drawn. */
async function beginByKeys(page) {
  await pause(page);
  const { box } = await goTo(page, ...MIDDLE);
  const { dollar } = await scales(page, box);
  const lines = kept(page);
  // Keys begin in the middle, where no pointer is.
  await page.mouse.move(5, 5);
  await canvasOf(page).focus();
  return { dollar, lines };
}

visit("every tool by keys alone: drawn, moved, deleted, and each step taken back", MINUTES,
  async ({ page }) => {
    const { dollar, lines } = await beginByKeys(page);
    for (const tool of TOOLS) {
      const [name, , count] = tool;
      await takeByKeys(page, name);
      await keys(page, "ArrowLeft", 3);
      await keys(page, "ArrowUp", 2);
      const from = pointOf(await under(page));
      await keys(page, "Enter");
      let to = from;
      if (count === 2) {
        await keys(page, "ArrowRight", 8);
        await keys(page, "ArrowDown", 5);
        await keys(page, "Shift+ArrowUp");
        to = pointOf(await under(page));
        assert.equal(to.at - from.at, 8 * MINUTE, "a key is a bar");
        near(to.price - from.price, -39 * dollar, 2e-3);
        await keys(page, "Enter");
      }
      await options(page).getByText(name, { exact: true }).waitFor();
      await until(() => lines.size === 1, `${name} is not kept`);
      checkFresh(only(lines), tool, from, to);
      if (name === "Note") {
        await focused(page, options(page).getByRole("textbox"));
        await page.keyboard.type("Hold ½ <b>");
        await keys(page, "Enter");
        await until(() => only(lines).text === "Hold ½ <b>", "the words are not kept");
        await focused(page, canvasOf(page));
      }
      // All of it, by bars and by pixels.
      const [fresh] = lines.values();
      await keys(page, "ArrowRight", 3);
      await keys(page, "ArrowUp");
      await keys(page, "Shift+ArrowDown");
      await untilAt(lines, shifted(parsed(fresh).points, 3 * MINUTE, 7 * dollar), name);
      if (1 < count) await movePoints(page, lines, only(lines), dollar);
      const [moved] = lines.values();
      await keys(page, "Delete");
      await options(page).waitFor({ state: "hidden" });
      const is = (line) => async () => [...lines.values()].join("\n") === line;
      await until(is(""), `${name} is still kept`);
      // Every step back, to where nothing was drawn, and forth again.
      await keys(page, "Control+z");
      await until(is(moved), `${name} did not come back`);
      const steps = 5 + (1 < count ? 4 * count : 0);
      await keys(page, "Control+z", steps);
      await until(is(fresh), `${name} is not where it was drawn`);
      const begun = name === "Note" ? 2 : 1;
      await keys(page, "Control+z", begun);
      await until(is(""), `${name} is drawn before it was drawn`);
      await keys(page, "Control+y", begun + steps);
      await until(is(moved), `${name} was not drawn and moved again`);
      await keys(page, "Control+y");
      await until(is(""), `${name} was not deleted again`);
    }
  });

visit("a drawing is chosen from the menu by keys, and they move it alone", MINUTES,
  async ({ page }) => {
    const { dollar, lines } = await beginByKeys(page);
    for (const key of ["Alt+h", "Alt+v"]) {
      await keys(page, key);
      await keys(page, "ArrowUp", 4);
      await keys(page, "Enter");
      await options(page).waitFor();
    }
    await until(() => lines.size === 2, "two are not kept");
    const points = (tool) =>
      [...lines.values()].map(parsed).find((one) => one.tool === tool).points[0];
    const [line, other] = ["horizontal", "vertical"].map(points);
    await keys(page, "Escape");
    await options(page).waitFor({ state: "hidden" });
    await keys(page, "Alt+d");
    const row = rowOf(page, "Horizontal line");
    await row.waitFor();
    const isThere = () => row.evaluate((one) => one === document.activeElement);
    for (let tabs = 0; tabs < 40 && !(await isThere()); tabs += 1) await keys(page, "Tab");
    assert.ok(await isThere(), "no key leads to the row");
    await keys(page, "Enter");
    await menuOf(page).waitFor({ state: "hidden" });
    await focused(page, canvasOf(page));
    await options(page).getByText("Horizontal line", { exact: true }).waitFor();
    await keys(page, "ArrowDown");
    await until(() => points("horizontal").price !== line.price, "the line did not move");
    near(points("horizontal").price, line.price - 8 * dollar, 2e-3);
    assert.equal(points("horizontal").at, line.at);
    assert.deepEqual(points("vertical"), other);
  });

/** A finger on the page. */
async function fingerOf(page) {
  const touch = await fingers(page);
  // A touch within 300 ms of the last one can be the second half of a double tap.
  const lift = async () => {
    await touch("touchEnd");
    await page.waitForTimeout(400);
  };
  return {
    async tap(at) {
      await touch("touchStart", at);
      await lift();
    },
    async drag([fromX, fromY], [toX, toY]) {
      await touch("touchStart", [fromX, fromY]);
      for (let n = 1; n <= 5; n += 1) {
        const part = n / 5;
        await touch("touchMove", [fromX + part * (toX - fromX), fromY + part * (toY - fromY)]);
      }
      await lift();
    },
  };
}

/** Where a hand takes hold of all of a drawing from `a` to `b`. */
function gripOf(tool, [ax, ay], [bx, by]) {
  const middle = [(ax + bx) / 2, (ay + by) / 2];
  return {
    horizontal: [ax + 60, ay], vertical: [ax, ay - 60], rectangle: [ax, middle[1]],
    note: [ax + 20, ay], long: [ax + 60, ay], short: [ax + 60, ay],
  }[tool] ?? middle;
}

visit("every tool by finger: drawn, moved, deleted, and each step taken back",
  { ...MINUTES, touch: true }, async ({ page }) => {
    await pause(page);
    const { x, y } = await goTo(page, ...MIDDLE);
    const finger = await fingerOf(page);
    const lines = kept(page);
    const [a, b] = [[x - 100, y + 30], [x + 20, y - 60]];
    const is = (line) => async () => [...lines.values()].join("\n") === line;
    const step = menuOf(page).getByRole("group", { name: "Steps" });
    for (const tool of TOOLS) {
      const [name, word, count] = tool;
      const grip = gripOf(word, a, b);
      const drop = [grip[0] + 35, grip[1] + 25];
      // What is under the finger is read by a mouse, which then goes.
      const seen = [];
      for (const place of [a, b, grip, drop]) seen.push(pointOf(await look(page, ...place)));
      const [from, to, taken, dropped] = seen;
      await page.mouse.move(5, 5);
      await page.getByRole("toolbar", { name: "Drawing tools" })
        .getByRole("button", { name, exact: true }).tap();
      await (count === 2 ? finger.drag(a, b) : finger.tap(a));
      await options(page).getByText(name, { exact: true }).waitFor();
      await until(() => lines.size === 1, `${name} is not kept`);
      checkFresh(only(lines), tool, from, to);
      if (name === "Note") {
        await options(page).getByRole("textbox").fill("Hold here");
        await page.keyboard.press("Enter");
        await until(() => only(lines).text === "Hold here", "the words are not kept");
      }
      const [fresh] = lines.values();
      await finger.drag(grip, drop);
      const by = [dropped.at - taken.at, dropped.price - taken.price];
      assert.equal(by[0], 5 * MINUTE, "35 pixels are five bars");
      await untilAt(lines, shifted(parsed(fresh).points, ...by), name);
      const [moved] = lines.values();
      // Of a tap behind a drag a busy Chromium sometimes makes no click: its two touches come.
      const away = { state: "hidden", timeout: 3_000 };
      for (let tries = 0, isAway = false; tries < 4 && !isAway; tries += 1) {
        await options(page).getByRole("button", { name: "Delete drawing" }).tap();
        isAway = await options(page).waitFor(away).then(() => true, () => false);
      }
      await until(is(""), `${name} is still kept`);
      await page.getByRole("button", { name: "Draw", exact: true }).tap();
      for (const [words, line] of [
        ["Undo", moved], ["Undo", fresh], ["Redo", moved], ["Redo", ""],
      ]) {
        await step.getByRole("button", { name: words }).tap();
        await until(is(line), `${name} after ${words}`);
      }
      await page.getByRole("button", { name: "Draw", exact: true }).tap();
      await menuOf(page).waitFor({ state: "hidden" });
    }
  });

visit("a finger moves one point of a line alone", { ...MINUTES, touch: true },
  async ({ page }) => {
    await pause(page);
    const { x, y } = await goTo(page, ...MIDDLE);
    const finger = await fingerOf(page);
    const lines = kept(page);
    const [a, b, to] = [[x - 100, y + 30], [x + 20, y - 60], [x + 70, y - 20]];
    const dropped = pointOf(await look(page, ...to));
    await page.mouse.move(5, 5);
    await page.getByRole("button", { name: "Trend line", exact: true }).tap();
    await finger.drag(a, b);
    await until(() => lines.size === 1, "the line is not kept");
    const [begin] = only(lines).points;
    await finger.drag(b, to);
    await untilAt(lines, [begin, dropped], "the line");
  });

visit("what a finger dragged stays where a second one stops it", { ...MINUTES, touch: true },
  async ({ page }) => {
    await pause(page);
    const { x, y } = await goTo(page, ...MIDDLE);
    const finger = await fingerOf(page);
    const touch = await fingers(page);
    const lines = kept(page);
    const [a, to, other] = [[x - 100, y + 30], [x - 60, y - 40], [x + 80, y + 60]];
    await page.getByRole("button", { name: "Horizontal line", exact: true }).tap();
    await finger.tap(a);
    await until(() => lines.size === 1, "the line is not kept");
    const fresh = only(lines).points[0].price;
    await touch("touchStart", a);
    await touch("touchMove", to);
    await touch("touchStart", to, other);
    await until(() => only(lines).points[0].price !== fresh, "where it was left is not kept");
    const left = only(lines).points[0].price;
    await touch("touchMove", [to[0] - 30, to[1]], [other[0] + 30, other[1]]);
    await touch("touchEnd");
    // Nobody drags it any more.
    await look(page, x, y + 120);
    assert.equal(only(lines).points[0].price, left);
  });

/** The most pixels of a colour in one row of the chart. */
async function longest(page, property) {
  await frame(page);
  return canvasOf(page).evaluate((canvas, property) => {
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    copy.fillStyle = getComputedStyle(canvas).getPropertyValue(property).trim();
    copy.fillRect(0, 0, 1, 1);
    const [red, green, blue] = copy.getImageData(0, 0, 1, 1).data;
    copy.clearRect(0, 0, 1, 1);
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    const rows = Array(height).fill(0);
    for (let at = 0; at < data.length; at += 4) {
      const is = data[at] === red && data[at + 1] === green && data[at + 2] === blue;
      if (is) rows[Math.floor(at / 4 / width)] += 1;
    }
    return Math.max(...rows);
  }, property);
}

// The sixth colour that is offered, and what it is called in the style sheet.
const [COLOUR, INK, PROPERTY] = ["Colour 6", "5", "--study-5"];
const isPainted = async (page) => 200 < (await longest(page, PROPERTY));
const isUnseen = async (page) => (await longest(page, PROPERTY)) < 60;

/** A horizontal line of a colour of its own, three pixels wide; gives where it is. */
async function styledLine(page, lines) {
  await pause(page);
  const { x, y } = await goTo(page, ...MIDDLE);
  await page.getByRole("button", { name: "Horizontal line", exact: true }).click();
  await page.mouse.click(x, y);
  await options(page).waitFor();
  assert.ok(await isUnseen(page), "its colour is seen before it has that");
  await options(page).getByRole("button", { name: COLOUR }).click();
  for (const width of [1, 2]) {
    await options(page).getByRole("button", { name: `${width} px`, exact: true }).click();
  }
  await options(page).getByRole("button", { name: "3 px", exact: true }).waitFor();
  await until(() => lines.size === 1 && only(lines).width === "3", "the width is not kept");
  return { x, y };
}

visit("colour, width and dashes are seen and kept", MINUTES, async ({ page }) => {
  const lines = kept(page);
  await styledLine(page, lines);
  await until(() => isPainted(page), "the colour is not seen");
  const solid = await longest(page, PROPERTY);
  await options(page).getByRole("button", { name: "Dashed" }).click();
  await until(async () => (await longest(page, PROPERTY)) < 0.8 * solid, "it is not dashed");
  await until(() => only(lines).flags.join() === "dash", "the dashes are not kept");
  const { ink, width, on } = only(lines);
  assert.deepEqual([ink, width, on], [INK, "3", undefined]);
  await page.reload();
  await pause(page);
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await rowOf(page, "Horizontal line").click();
  await options(page).getByRole("button", { name: "3 px", exact: true }).waitFor();
  for (const name of [COLOUR, "Dashed"]) {
    await options(page).getByRole("button", { name, pressed: true }).waitFor();
  }
});

visit("what is hidden is neither seen nor taken hold of", MINUTES, async ({ page }) => {
  const lines = kept(page);
  const { x, y } = await styledLine(page, lines);
  await options(page).getByRole("button", { name: "Hide" }).click();
  await until(() => isUnseen(page), "it is still seen");
  await until(() => only(lines).flags.join() === "hide", "that is not kept");
  const [hidden] = lines.values();
  await canvasOf(page).focus();
  await page.keyboard.press("Escape");
  await options(page).waitFor({ state: "hidden" });
  // A hand where it is takes the chart.
  const { at } = await look(page, x + 70, y);
  await drag(page, [x + 70, y], [x + 140, y]);
  assert.equal((await look(page, x + 140, y)).at, at, "the chart went along");
  await drag(page, [x + 140, y], [x + 70, y]);
  assert.ok(await options(page).isHidden());
  assert.deepEqual([...lines.values()], [hidden]);
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await menuOf(page).getByRole("button", { name: "Hide Horizontal line", pressed: true }).click();
  await until(() => isPainted(page), "it is not seen again");
  await until(() => only(lines).flags.length === 0, "that is not kept");
  await page.keyboard.press("Escape");
  await menuOf(page).waitFor({ state: "hidden" });
  await page.mouse.click(x + 70, y);
  await options(page).getByText("Horizontal line", { exact: true }).waitFor();
});

visit("what is locked is neither moved nor deleted", MINUTES, async ({ page }) => {
  const lines = kept(page);
  const { x, y } = await styledLine(page, lines);
  await options(page).getByRole("button", { name: "Lock" }).click();
  await until(() => only(lines).flags.join() === "lock", "that is not kept");
  const { points } = only(lines);
  await drag(page, [x + 70, y], [x + 70, y + 60]);
  await canvasOf(page).focus();
  for (const key of ["ArrowUp", "ArrowRight", "Delete"]) await keys(page, key);
  await choose(page, "delete all", "Delete all drawings that are not locked");
  await options(page).waitFor({ state: "hidden" });
  // What is kept next comes after all that.
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await menuOf(page).getByRole("button", { name: "Lock Horizontal line", pressed: true }).click();
  await until(() => only(lines).flags.length === 0, "it is still locked");
  assert.deepEqual(only(lines).points, points);
  await page.keyboard.press("Escape");
  await menuOf(page).waitFor({ state: "hidden" });
  const [from, to] = [await look(page, x + 70, y), await look(page, x + 70, y + 60)];
  await drag(page, [x + 70, y], [x + 70, y + 60]);
  await untilAt(lines, shifted(points, 0, to.price - from.price), "the line");
});

visit("a drawing is seen on the timeframes that were chosen for it", MINUTES, async ({ page }) => {
  const lines = kept(page);
  await styledLine(page, lines);
  const choices = menuOf(page).getByRole("group", { name: "Timeframes of Horizontal line" });
  const press = async (name, on) => {
    await choices.getByRole("button", { name, exact: true }).click();
    await until(() => only(lines).on === on, `${name}: ${only(lines).on} is not ${on}`);
  };
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await menuOf(page).getByRole("button", { name: "all: timeframes of Horizontal line" }).click();
  // From all without one to one alone, which stays, and to two.
  await press("5m", "1m,15m,30m,1h,4h,1D,1W,1M");
  await press("5m", undefined);
  await press("Only 1m", "1m");
  await press("1m", "1m");
  await press("1h", "1m,1h");
  const pressed = await choices.getByRole("button", { pressed: true }).allInnerTexts();
  assert.deepEqual(pressed, ["1m", "1h"]);
  await page.keyboard.press("Escape");
  await menuOf(page).waitFor({ state: "hidden" });
  assert.ok(await isPainted(page), "not on one minute");
  const show = async (span) => {
    await choose(page, `timeframe ${span}`, `Timeframe ${span}`);
    await page.locator('.span-bar__choice[aria-pressed="true"]', {
      hasText: new RegExp(`^${span}$`),
    }).waitFor();
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
  };
  await show("5m");
  await until(() => isUnseen(page), "seen on five minutes");
  await show("1h");
  await until(() => isPainted(page), "not seen on an hour");
  await page.reload();
  await pause(page);
  await until(() => isPainted(page), "not seen on an hour, later");
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await menuOf(page).getByRole("button", { name: "1m 1h: timeframes of Horizontal line" }).click();
  await press("All", undefined);
  await show("5m");
  await until(() => isPainted(page), "not seen on all");
});

visit("the magnet puts points exactly at what was traded", MINUTES, async ({ page }) => {
  await pause(page);
  const { box, x, y } = await goTo(page, ...MIDDLE);
  const { dollar, top } = await scales(page, box);
  const lines = kept(page);
  const pixel = (price) => box.y + 120 + (top - price) / dollar;
  const figure = async (letter, left) => {
    const { figures } = await look(page, left, y);
    return Number(new RegExp(`${letter}\\s*([\\d,.]+)`).exec(figures)[1].replaceAll(",", ""));
  };
  const [high, low] = [await figure("H", x), await figure("L", x + 70)];
  // Five pixels off, each on the side where nothing else is nearer.
  const [a, b] = [[x, pixel(high) - 5], [x + 70, pixel(low) + 5]];
  const free = await look(page, ...a);
  near(free.price, high + 5 * dollar, dollar);
  await canvasOf(page).focus();
  await page.keyboard.press("Alt+m");
  await page.waitForURL(/magnet=1/);
  const places = [pointOf(await look(page, ...a)), pointOf(await look(page, ...b))];
  await page.getByRole("button", { name: "Trend line", exact: true }).click();
  await drag(page, a, b);
  await until(() => lines.size === 1, "the line is not kept");
  const { points } = only(lines);
  for (const [n, traded] of [high, low].entries()) {
    assert.equal(points[n].at, places[n].at);
    near(points[n].price, places[n].price, 1e-6);
    // The data line rounds to cents; a traded price is whole ten-thousandths.
    near(points[n].price, traded, 0.005_001);
    const units = points[n].price * 1e4;
    near(units, Math.round(units), 1e-4);
  }
});

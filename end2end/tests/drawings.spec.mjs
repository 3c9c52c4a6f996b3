// Drawing on the chart: every tool by mouse with its way back, by keyboard alone, by finger; kept
// for the next visit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";

import { fingers, pause } from "../chart.mjs";
import {
  checkAxe, hold, live, openPage, startVolaris, until, visit, withoutWorker,
} from "../desk.mjs";
import { untilKept } from "../device.mjs";

const TOOLS = [
  "Trend line", "Horizontal line", "Vertical line", "Ray", "Rectangle", "Fibonacci retracement",
  "Measure", "Note", "Long: target and stop", "Short: target and stop",
];

/** What the chart looks like, painted whole: parts of it leave other edges of slanted lines. */
const drawn = (page) =>
  page.locator(".price-chart__canvas").evaluate((canvas) => {
    canvas.dispatchEvent(new Event("contextrestored"));
    return new Promise((done) =>
      requestAnimationFrame(() => requestAnimationFrame(() => done(canvas.toDataURL()))));
  });

/** The names in the menu of drawings, the newest first. */
async function listed(page) {
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  const menu = page.getByRole("dialog", { name: "Draw" });
  await menu.getByRole("group", { name: "Steps" }).waitFor();
  const names = await menu.locator(".menu__list b").allInnerTexts();
  await page.keyboard.press("Escape");
  return names;
}

/** Saved: no request is on its way, and one was answered since `before`. */
function saves(page) {
  const seen = { count: 0 };
  page.on("response", (answer) => {
    if (new URL(answer.url()).pathname.endsWith("/drawings/edit") && answer.ok()) seen.count += 1;
  });
  return seen;
}

visit("every tool draws, is taken back, done again, and kept", { path: "/chart/SPY" },
  async ({ page }) => {
    await pause(page);
    const saved = saves(page);
    const box = await page.locator(".price-chart__canvas").boundingBox();
    const options = page.getByRole("toolbar", { name: "Selected drawing" });
    // Nowhere under the crosshair, so that only drawings change the picture.
    const leave = () => page.mouse.move(box.x + 300, 5);
    for (const [n, name] of TOOLS.entries()) {
      await leave();
      const before = await drawn(page);
      await page.getByRole("toolbar", { name: "Drawing tools" })
        .getByRole("button", { name, exact: true }).click();
      const [x, y] = [box.x + 150 + 40 * n, box.y + 260 + 12 * n];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 90, y - 60, { steps: 4 });
      await page.mouse.up();
      await options.getByText(name, { exact: true }).waitFor();
      if (name === "Note") {
        await options.getByRole("textbox").fill("Watch <b>PDH</b> & hold");
        await page.keyboard.press("Enter");
      }
      await page.locator(".price-chart__canvas").focus();
      await leave();
      assert.notEqual(await drawn(page), before, `${name} is not seen`);
      const steps = name === "Note" ? 2 : 1;
      for (let k = 0; k < steps; k += 1) await page.keyboard.press("Control+z");
      await until(async () => (await drawn(page)) === before, `${name} was not taken back`);
      for (let k = 0; k < steps; k += 1) await page.keyboard.press("Control+Shift+z");
      await until(async () => (await drawn(page)) !== before, `${name} was not done again`);
    }
    await until(() => 10 <= saved.count, "not everything was saved");
    const names = await listed(page);
    assert.deepEqual(names.toSorted(), TOOLS.toSorted());
    await page.keyboard.press("Escape");
    await page.reload();
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    await until(async () => (await listed(page)).length === TOOLS.length, "not all were kept");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText("Watch <b>PDH</b> & hold").waitFor();
    await checkAxe(page);
    // Of this symbol only.
    await page.keyboard.press("Escape");
    await page.locator(".watch-row__choose", { hasText: "QQQ" }).click();
    await page.waitForURL(/QQQ/);
    await until(async () => (await listed(page)).length === 0, "QQQ has another's drawings");
  });

visit("a drawing is chosen, moved, styled, locked and deleted by hand", {}, async ({ page }) => {
  await pause(page);
  const saved = saves(page);
  const box = await page.locator(".price-chart__canvas").boundingBox();
  const options = page.getByRole("toolbar", { name: "Selected drawing" });
  const place = async (from, to) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 4 });
    await page.mouse.up();
  };
  await page.getByRole("button", { name: "Horizontal line", exact: true }).click();
  await page.mouse.click(box.x + 200, box.y + 240);
  await options.waitFor();
  await options.getByRole("button", { name: "Colour 3" }).click();
  await options.getByRole("button", { name: "Dashed" }).click();
  await page.keyboard.press("Escape");
  // Elsewhere nothing is chosen; on the line it is, and goes along.
  await page.mouse.click(box.x + 200, box.y + 420);
  await options.waitFor({ state: "hidden" });
  const count = saved.count;
  await place([box.x + 420, box.y + 240], [box.x + 420, box.y + 330]);
  await until(() => count < saved.count, "the move was not saved");
  await page.mouse.click(box.x + 200, box.y + 480);
  await options.waitFor({ state: "hidden" });
  await page.mouse.click(box.x + 600, box.y + 330);
  await options.getByRole("button", { name: "Lock" }).click();
  await page.locator(".price-chart__canvas").focus();
  await page.keyboard.press("Delete");
  assert.deepEqual(await listed(page), ["Horizontal line"], "what is locked stays");
  await page.keyboard.press("Escape");
  await options.getByRole("button", { name: "Lock" }).click();
  await page.locator(".price-chart__canvas").focus();
  await page.keyboard.press("Delete");
  await options.waitFor({ state: "hidden" });
  assert.deepEqual(await listed(page), []);
});

visit("a drawing that was begun is given up by the right button, or by Escape", {},
  async ({ page }) => {
    await pause(page);
    const saved = saves(page);
    const canvas = page.locator(".price-chart__canvas");
    const box = await canvas.boundingBox();
    const [x, y] = [box.x + 200, box.y + 300];
    const tool = (how = {}) =>
      page.getByRole("button", { name: "Trend line", exact: true, ...how });
    // Whether the browser would open its menu, by every press of the right button.
    await canvas.evaluate((canvas) => {
      self.menus = [];
      canvas.addEventListener("contextmenu", (event) => self.menus.push(!event.defaultPrevented));
    });
    const rightClick = () => page.mouse.click(x + 90, y - 60, { button: "right" });
    for (const giveUp of [rightClick, () => page.keyboard.press("Escape")]) {
      await page.mouse.move(x, 5);
      const before = await drawn(page);
      await tool().click();
      await page.mouse.click(x, y);
      await page.mouse.move(x + 90, y - 60, { steps: 4 });
      await giveUp();
      await tool({ pressed: false }).waitFor();
      await page.mouse.move(x, 5);
      await until(async () => (await drawn(page)) === before, "what was begun is still seen");
      // Another press begins nothing.
      await page.mouse.click(x + 90, y - 60);
      await page.mouse.move(x, 5);
      assert.equal(await drawn(page), before);
    }
    // Where nothing was begun the browser's menu is there, as with a tool that has not drawn yet.
    await tool().click();
    await rightClick();
    assert.deepEqual(await page.evaluate(() => self.menus), [false, true]);
    await page.keyboard.press("Escape");
    assert.deepEqual(await listed(page), []);
    assert.equal(saved.count, 0);
  });

visit("a trader without a mouse draws, moves and deletes", {}, async ({ page }) => {
  await pause(page);
  await page.locator(".price-chart__canvas").focus();
  await page.keyboard.press("Alt+t");
  for (let n = 0; n < 5; n += 1) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  for (let n = 0; n < 8; n += 1) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  const options = page.getByRole("toolbar", { name: "Selected drawing" });
  await options.getByText("Trend line").waitFor();
  const before = await drawn(page);
  await page.keyboard.press("ArrowDown");
  await until(async () => (await drawn(page)) !== before, "the line did not move");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Alt+h");
  await page.keyboard.press("Enter");
  await options.getByText("Horizontal line").waitFor();
  await page.keyboard.press("Delete");
  await options.waitFor({ state: "hidden" });
  assert.deepEqual(await listed(page), ["Trend line"]);
});

visit("what is drawn is taken back by the letter on the key, wherever the layout has it", {},
  async ({ page }) => {
    await pause(page);
    const canvas = page.locator(".price-chart__canvas");
    const press = (key, code) =>
      canvas.evaluate((canvas, [key, code]) => {
        const how = { key, code, ctrlKey: true, bubbles: true, cancelable: true };
        canvas.dispatchEvent(new KeyboardEvent("keydown", how));
      }, [key, code]);
    await canvas.focus();
    await page.keyboard.press("Alt+h");
    await page.keyboard.press("Enter");
    const options = page.getByRole("toolbar", { name: "Selected drawing" });
    await options.getByText("Horizontal line").waitFor();
    // QWERTZ, AZERTY, Russian.
    for (const [key, code] of [["z", "KeyY"], ["z", "KeyW"], ["я", "KeyZ"]]) {
      await press(key, code);
      await until(async () => (await listed(page)).length === 0, `${key} at ${code} is no undo`);
      await press("y", "KeyZ");
      await until(async () => (await listed(page)).length === 1, "y is no redo");
    }
  });

test("what was drawn while the desk was away is saved when it is back", async () => {
  const server = await startVolaris();
  const { folder } = server;
  const page = await openPage({ server });
  try {
    await pause(page);
    const saved = saves(page);
    await server.stop({ keepFolder: true });
    const box = await page.locator(".price-chart__canvas").boundingBox();
    await page.getByRole("button", { name: "Horizontal line", exact: true }).click();
    await page.mouse.click(box.x + 200, box.y + 240);
    await page.getByText("Drawings of SPX were not saved").first().waitFor();
    assert.equal(saved.count, 0);
    const again = await startVolaris({ folder, listen: new URL(server.address).host });
    try {
      await until(() => saved.count === 1, "it is not saved", { seconds: 30 });
      // What the browser itself says of a server that is away is no fault of the page.
      page.complaints.length = 0;
      await page.reload();
      await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
      await until(async () => (await listed(page)).length === 1, "it was not kept");
      await page.quit();
    } finally {
      await again.stop();
    }
  } finally {
    await page.leave();
    await server.stop();
  }
});

/** Draws a line as who has no mouse does. */
async function drawByKeys(page) {
  await page.locator(".price-chart__canvas").focus();
  await page.keyboard.press("Alt+h");
  await page.keyboard.press("Enter");
  const options = page.getByRole("toolbar", { name: "Selected drawing" });
  await options.getByText("Horizontal line").waitFor();
}

test("a page of the device is not loaded anew before what was drawn on it is kept", async () => {
  const server = await startVolaris();
  const page = await openPage({ server, path: "/chart/SPX?span=5m" });
  let again;
  try {
    await live(page);
    await untilKept(page, "/chart/SPX?span=5m");
    await server.stop({ keepFolder: true });
    await page.reload();
    const notice = page.locator(".top-bar__offline");
    await notice.waitFor();
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    await drawByKeys(page);
    await page.getByText("Drawings of SPX were not saved").first().waitFor();
    await page.evaluate(() => (window.isOld = true));
    const answer = await hold(page, "**/drawings/edit");
    again = await startVolaris({ folder: server.folder, listen: new URL(server.address).host });
    // Its age stays hidden behind that of the page.
    await page.locator('.feed-age[data-state="live"]').waitFor({ state: "attached" });
    // It looks every second.
    await wait(3_000);
    assert.ok(await page.evaluate(() => window.isOld), "it is loaded anew with the drawing unsent");
    answer();
    const isNew = () => page.evaluate(() => window.isOld === undefined).catch(() => false);
    await until(isNew, "it stays what the device kept");
    await notice.waitFor({ state: "hidden" });
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    await until(async () => (await listed(page)).length === 1, "the drawing is lost");
    // What the browser itself says of a server that is away is no fault of the page.
    page.complaints.length = 0;
    await page.quit();
  } finally {
    await page.leave();
    await (again ?? server).stop({ keepFolder: false });
  }
});

test("drawings that could not be read come with the next link", async () => {
  const server = await startVolaris();
  const page = await openPage({ server, path: "/chart/QQQ", beforeVisit: withoutWorker });
  try {
    await pause(page);
    const saved = saves(page);
    await drawByKeys(page);
    await until(() => saved.count === 1, "it is not saved");
    await page.goto(`${server.address}/chart/SPX`);
    await live(page);
    await page.context().setOffline(true);
    await page.locator('.feed-age[data-state="lost"]').waitFor({ timeout: 20_000 });
    await page.locator(".watch-row__choose", { hasText: "QQQ" }).click();
    await page.getByText("The drawings of QQQ could not be read").first().waitFor();
    await page.context().setOffline(false);
    await live(page);
    await until(async () => (await listed(page)).length === 1, "they are not asked for again");
    page.complaints.length = 0;
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

visit("a finger draws on a phone", { width: 390, height: 844, touch: true }, async ({ page }) => {
  await page.locator('.feed-age[data-state="live"]').waitFor();
  await page.getByRole("button", { name: "Draw", exact: true }).tap();
  await page.getByRole("dialog", { name: "Draw" })
    .getByRole("button", { name: "Trend line", exact: true }).tap();
  const box = await page.locator(".price-chart__canvas").boundingBox();
  const touch = await fingers(page);
  const [left, low] = [box.x + 60, box.y + 300];
  await touch("touchStart", [left, low]);
  for (let n = 1; n <= 6; n += 1) await touch("touchMove", [left + 20 * n, low - 15 * n]);
  await touch("touchEnd");
  const options = page.getByRole("toolbar", { name: "Selected drawing" });
  await options.getByText("Trend line").waitFor();
  await checkAxe(page);
  await options.getByRole("button", { name: "Dashed" }).tap();
  await page.waitForTimeout(400);
  await options.getByRole("button", { name: "Delete drawing" }).tap();
  await options.waitFor({ state: "hidden" });
});

/** A number as postcard writes it. */
function varint(number) {
  const bytes = [];
  let rest = BigInt(number);
  for (; 127n < rest; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** A drawing to keep, as the page writes it; its name is the second word of its line. */
const wordOf = (line) =>
  Buffer.concat([varint(line.split(" ")[1]), Buffer.from([1]), varint(line.length),
    Buffer.from(line)]);

/** Keeps as many drawings as there can be, by the question that kept the one that is there. */
async function fill(page, asked) {
  const body = asked.postDataBuffer();
  const text = body.toString("latin1");
  const line = text.slice(text.search(/horizontal \d+ /i));
  const first = wordOf(line);
  const symbol = body.subarray(0, body.length - first.length - 1);
  assert.deepEqual(Buffer.concat([symbol, varint(1), first]), body, "the question is another now");
  const id = BigInt(line.split(" ")[1]);
  for (let from = 1; from < 2_000; from += 200) {
    const name = (_, n) => id + BigInt(from + n);
    const names = Array.from({ length: Math.min(200, 2_000 - from) }, name);
    const lines = names.map((one) => line.replace(/ \d+ /, ` ${one} `));
    const all = [...Buffer.concat([symbol, varint(lines.length), ...lines.map(wordOf)])];
    const kind = asked.headers()["content-type"];
    const status = await page.evaluate(async ({ url, kind, all }) => {
      const headers = { "content-type": kind };
      return (await fetch(url, { method: "POST", headers, body: new Uint8Array(all) })).status;
    }, { url: asked.url(), kind, all });
    assert.equal(status, 200);
  }
}

visit("two thousand drawings are deleted at once, brought back, and kept", { path: "/chart/SPY" },
  async ({ page }) => {
    await pause(page);
    const asking = page.waitForRequest(/drawings\/edit/);
    await page.locator(".price-chart__canvas").focus();
    await page.keyboard.press("Alt+h");
    await page.keyboard.press("Enter");
    await fill(page, await asking);
    const count = async () => (await listed(page)).length;
    // It stays paused.
    const again = async () => {
      await page.reload();
      await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    };
    await again();
    await until(async () => (await count()) === 2_000, "they are not there");

    // One more is refused in words, by key and by menu alike.
    await page.locator(".price-chart__canvas").focus();
    await page.keyboard.press("Alt+h");
    await page.getByText("SPY has 2000 drawings, the most that are kept: delete some").waitFor();
    const bar = page.getByRole("toolbar", { name: "Drawing tools" });
    assert.equal(await bar.getByRole("button", { pressed: true }).count(), 0);

    const saved = saves(page);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByRole("button", { name: "Delete all", exact: true }).click();
    await page.keyboard.press("Escape");
    await until(async () => (await count()) === 0, "they are not deleted");
    await page.locator(".price-chart__canvas").focus();
    await page.keyboard.press("Control+z");
    await until(async () => (await count()) === 2_000, "they do not come back");
    // A question takes 64 KiB: what comes back goes in parts, and all of them arrive.
    await until(() => 5 < saved.count, `${saved.count} questions were answered`);
    await until(async () => {
      const before = saved.count;
      await page.waitForTimeout(500);
      return saved.count === before;
    }, "they are saved for ever");
    await again();
    await until(async () => (await count()) === 2_000, "not all of them were kept");
  });

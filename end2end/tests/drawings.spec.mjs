// Drawing on the chart: every tool by mouse with its way back, by keyboard alone, by finger; kept
// for the next visit.

import assert from "node:assert/strict";

import { checkAxe, until, visit } from "../desk.mjs";

const TOOLS = [
  "Trend line", "Horizontal line", "Vertical line", "Ray", "Rectangle", "Fibonacci retracement",
  "Measure", "Note", "Long: target and stop", "Short: target and stop",
];

async function pause(page) {
  await page.locator('.feed-age[data-state="live"]').waitFor();
  await page.locator(".feed-badge").click();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
}

const drawn = (page) =>
  page.locator(".price-chart__canvas").evaluate(
    (canvas) => new Promise((done) =>
      requestAnimationFrame(() => requestAnimationFrame(() => done(canvas.toDataURL())))),
  );

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

visit("a finger draws on a phone", { width: 390, height: 844, touch: true }, async ({ page }) => {
  await page.locator('.feed-age[data-state="live"]').waitFor();
  await page.getByRole("button", { name: "Draw", exact: true }).tap();
  await page.getByRole("dialog", { name: "Draw" })
    .getByRole("button", { name: "Trend line", exact: true }).tap();
  const box = await page.locator(".price-chart__canvas").boundingBox();
  const hands = await page.context().newCDPSession(page);
  const touch = (type, ...points) =>
    hands.send("Input.dispatchTouchEvent", {
      type, touchPoints: points.map(([x, y]) => ({ x: box.x + x, y: box.y + y, id: 0 })),
    });
  await touch("touchStart", [60, 300]);
  for (let n = 1; n <= 6; n += 1) await touch("touchMove", [60 + 20 * n, 300 - 15 * n]);
  await touch("touchEnd");
  const options = page.getByRole("toolbar", { name: "Selected drawing" });
  await options.getByText("Trend line").waitFor();
  await checkAxe(page);
  await options.getByRole("button", { name: "Dashed" }).tap();
  await page.waitForTimeout(400);
  await options.getByRole("button", { name: "Delete drawing" }).tap();
  await options.waitFor({ state: "hidden" });
});

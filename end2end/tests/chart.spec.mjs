// The chart under a trader's hands: what lies under the pointer stays there, studies and styles are
// in the address, older bars come while panning back.

import assert from "node:assert/strict";

import {
  canvasBox, drag, hearWords, near, paintedWords, pause, under,
} from "../chart.mjs";
import { checkAxe, live, until, visit } from "../desk.mjs";

visit("what lies under the pointer stays under it", {}, async ({ page }) => {
  await pause(page);
  const box = await canvasBox(page);
  const [x, y] = [box.x + 420, box.y + 330];
  // The price axis is pulled: from now on prices stay where they are.
  await drag(page, [box.x + box.width - 30, y], [box.x + box.width - 30, y + 80]);
  await drag(page, [x, y], [x + 260, y]);
  await page.mouse.move(x, y);
  const before = await under(page);
  for (const turn of [-240, -240, 360, 500]) {
    await page.mouse.wheel(0, turn);
    const after = await under(page);
    assert.equal(after.at, before.at, `after turning ${turn}`);
    assert.equal(after.figures, before.figures);
    near(after.price, before.price, 1e-6);
  }
  // The hand takes bar and price along.
  await page.mouse.move(x, y);
  const taken = await under(page);
  await drag(page, [x, y], [x - 140, y + 60]);
  await page.mouse.move(x - 140, y + 60);
  const dropped = await under(page);
  assert.equal(dropped.at, taken.at);
  near(dropped.price, taken.price, 0.02);
});

visit("studies, style and scale are chosen, shared and remembered", { path: "/chart/SPY" },
  async ({ page, server }) => {
    await live(page);
    await page.getByRole("button", { name: "Indicators" }).click();
    const menu = page.getByRole("dialog", { name: "Indicators" });
    await menu.getByRole("searchbox").fill("relative");
    await menu.getByRole("button", { name: /^RSI 14/ }).click();
    await menu.getByRole("searchbox").fill("bollinger");
    const bands = menu.getByRole("button", { name: /^BB 20 2/ });
    assert.match(await bands.getAttribute("title"), /^An average of closes, and lines/);
    await bands.click();
    await page.waitForURL(/studies=volume,vwap,rsi-14,bb-20-2/);
    // What it is, and its numbers.
    await menu.getByRole("button", { name: "Settings of RSI 14" }).click();
    await menu.getByText("how much of the recent movement was upwards").waitFor();
    await menu.getByRole("textbox", { name: "Length" }).fill("0");
    await menu.getByRole("button", { name: "Apply" }).click();
    await menu.getByRole("alert").getByText("from 1 to").waitFor();
    await menu.getByRole("textbox", { name: "Length" }).fill("9");
    await menu.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL(/rsi-9/);
    // Its colour, also of one without numbers.
    await menu.getByRole("button", { name: "Settings of BB 20 2" }).click();
    await menu.getByRole("button", { name: "Colour 3" }).click();
    await page.waitForURL(/bb-20-2:c2/);
    await checkAxe(page);
    await menu.getByRole("button", { name: "Back" }).click();
    await menu.getByRole("button", { name: "Settings of VWAP" }).click();
    await menu.getByRole("button", { name: "Colour 5" }).click();
    await page.waitForURL(/volume,vwap:c4,rsi-9,bb-20-2:c2/);
    await menu.getByRole("button", { name: "Usual" }).click();
    await page.waitForURL(/volume,vwap,rsi-9,bb-20-2:c2/);
    await menu.getByRole("button", { name: "Back" }).click();
    const inks = page.locator(".legend", { hasText: "BB 20 2" }).locator(".legend__values span");
    await until(
      async () => /study-3/.test((await inks.first().getAttribute("style")) ?? ""),
      "the legend has the colour too",
    );
    await page.keyboard.press("Escape");
    const legend = page.locator(".legend", { hasText: "RSI 9" });
    await until(async () => /RSI 9\s+\d/.test(await legend.innerText()), "RSI has no value");
    await page.getByRole("button", { name: "Hollow candles" }).click();
    const chart = page.getByRole("dialog", { name: "Chart" });
    await chart.getByRole("button", { name: "Heikin-Ashi" }).click();
    await chart.getByRole("button", { name: "Log" }).click();
    await page.waitForURL(/style=heikin-ashi&scale=log/);
    await chart.getByRole("group", { name: "Compare with" })
      .getByRole("button", { name: "QQQ" }).click();
    await page.waitForURL(/compare=QQQ/);
    const compared = page.locator(".legend", { hasText: "QQQ" });
    await until(async () => /QQQ\s+[+−]?\d+\.\d\d%/.test(await compared.innerText()),
      "QQQ has no percentage");
    await page.keyboard.press("Escape");
    const told = await page.evaluate(() => location.search);
    // This device remembers, also where the address says nothing.
    await page.goto(new URL("/chart/SPY", server.address).href);
    await page.getByRole("button", { name: "Heikin-Ashi" }).waitFor();
    await page.locator(".legend", { hasText: "RSI 9" }).waitFor();
    // And so does the link, on a device that knows nothing.
    await page.context().clearCookies();
    await page.goto(new URL(`/chart/SPY${told}`, server.address).href);
    await page.getByRole("button", { name: "Heikin-Ashi" }).waitFor();
    await legend.locator(".legend__acts").hover();
    await legend.getByRole("button", { name: "Remove RSI 9" }).click();
    await page.waitForURL((url) => !url.search.includes("rsi"));
    await legend.waitFor({ state: "detached" });
  });

visit("panes change places and heights, studies hide and come back",
  { path: "/chart/SPY?studies=ema-9,rsi-14,atr-14" }, async ({ page }) => {
    await pause(page);
    const box = await canvasBox(page);
    await page.mouse.move(box.x + 300, box.y + 100);
    await page.getByRole("button", { name: "Move ATR 14 up" }).click();
    await page.waitForURL(/studies=ema-9,atr-14,rsi-14/);
    await page.getByRole("button", { name: "Show EMA 9" }).click();
    await page.waitForURL(/ema-9:off/);
    const legend = page.locator(".legend", { hasText: "RSI 14" });
    const top = () => legend.evaluate((one) => Number.parseFloat(one.style.top));
    const before = await top();
    const edge = box.y + before;
    await page.mouse.move(box.x + 300, edge);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, edge - 90, { steps: 6 });
    await page.mouse.up();
    await page.waitForURL(/rsi-14:\d+/);
    near(await top(), before - 90, 6);
  });

visit("older bars come while panning back, and a date is gone to", { path: "/chart/SPY?span=5m" },
  async ({ page }) => {
    await pause(page);
    const box = await canvasBox(page);
    const [x, y] = [box.x + 400, box.y + 300];
    const asked = [];
    page.on("response", (answer) => {
      if (new URL(answer.url()).pathname.endsWith("/bars/read")) asked.push(answer.status());
    });
    await page.mouse.move(x, y);
    const first = await under(page);
    await page.locator(".price-chart__canvas").focus();
    for (let n = 0; n < 40; n += 1) await page.keyboard.press("Control+ArrowLeft");
    await until(() => 0 < asked.length, "no older bars were asked for");
    await until(async () => (await under(page)).at < first.at, "the view did not move");
    const before = await under(page);
    await page.waitForTimeout(300);
    assert.equal((await under(page)).at, before.at, "the view jumped");
    // A date beyond what is loaded: New York time, as everything here.
    await page.getByRole("button", { name: "Hollow candles" }).click();
    const chart = page.getByRole("dialog", { name: "Chart" });
    await chart.getByLabel("Date and New York time").fill("2023-11-15T10:30");
    await chart.getByRole("button", { name: "Go" }).click();
    await page.keyboard.press("Escape");
    await page.mouse.move(box.x + (box.width - 72) / 2, y);
    await until(async () => (await under(page)).at?.startsWith("2023-11-15T15:30"),
      `the chart went to ${(await under(page)).at}`);
    assert.ok(asked.every((status) => status === 200));
    await page.getByRole("button", { name: "Latest →" }).click();
  });

visit("an address with nonsense studies is told, and the rest is shown",
  { path: "/chart/SPX?studies=rsi-14,%3Cscript%3E,ema-0&style=pie" }, async ({ page }) => {
    await page.getByRole("alert").getByText("pie").waitFor();
    await page.locator(".legend", { hasText: "RSI 14" }).waitFor();
  });

visit("every style is drawn, on a phone too", { path: "/chart/SPY", width: 390, height: 844 },
  async ({ page }) => {
    await pause(page);
    const drawn = () => page.locator(".price-chart__canvas").evaluate((one) => one.toDataURL());
    const seen = new Set([await drawn()]);
    await page.getByRole("button", { name: "Hollow candles" }).click();
    const chart = page.getByRole("dialog", { name: "Chart" });
    const styles = chart.getByRole("group", { name: "Style" }).getByRole("button");
    await styles.first().waitFor();
    for (let n = 1; n < (await styles.count()); n += 1) {
      await styles.nth(n).click();
      await until(async () => !seen.has(await drawn()), `style ${n} looks like another`);
      seen.add(await drawn());
    }
    assert.equal(seen.size, 6);
    await checkAxe(page);
  });

visit("a chart that has left the screen paints nothing more", {}, async ({ page }) => {
  await hearWords(page);
  await page.reload();
  await live(page);
  await page.locator(".price-chart__data", { hasText: "O " }).first().waitFor();
  for (let times = 0; times < 2; times += 1) {
    await page.getByRole("button", { name: "Chain", exact: true }).first().click();
    await page.locator(".chain-row").first().waitFor();
    await page.evaluate(() => { self.paintedWords.length = 0; });
    // Prices go on meanwhile.
    const price = () => page.locator(".ladder__last").innerText();
    const before = await price();
    await until(async () => (await price()) !== before, "the price moves");
    assert.deepEqual((await paintedWords(page)).filter(({ isSeen }) => !isSeen), []);
    await page.getByRole("button", { name: "Chart", exact: true }).first().click();
    await page.locator(".price-chart__data", { hasText: "O " }).first().waitFor();
  }
});

/** Chooses a rung; gives where the middle of the prices is, to which its level came. */
async function showOnChart(page, rung) {
  const price = Number(await rung.locator("data").getAttribute("value"));
  // Far from the button that explains it.
  await rung.locator(".rung__price").click();
  const box = await canvasBox(page);
  // Above the middle are thirty pixels of a head, below it the time.
  const y = box.y + 30 + (box.height - 26 - 30) / 2;
  await page.mouse.move(box.x + 300, y);
  await until(async () => Math.abs((await under(page)).price - price) < 0.5,
    `the middle is ${(await under(page)).price}, the level ${price}`);
  return { box, y };
}

visit("a level chosen beside the chain is shown on the chart, and drawing goes on there", {},
  async ({ page }) => {
    await pause(page);
    const beside = async () => {
      await page.getByRole("button", { name: "Chain", exact: true }).first().click();
      await page.waitForURL(/\/chain\/SPX/);
      await page.locator(".chain-row").first().waitFor();
    };
    await beside();
    await showOnChart(page, page.locator(".rung", { hasText: "PDL" }).first());
    // What is only seen on the chart is done where it is seen, and at once.
    await beside();
    await page.keyboard.press("Alt+h");
    await page.waitForURL(/\/chart\/SPX/);
    await page.locator('.drawing-bar [aria-pressed="true"]').waitFor();
    await page.keyboard.press("Escape");
  });

visit("ladder and chart show one another's levels", {}, async ({ page }) => {
  await pause(page);
  const rung = page.locator(".rung", { hasText: "PDL" }).first();
  const { box, y } = await showOnChart(page, rung);
  await until(async () => (await rung.getAttribute("data-pointed")) === "true",
    "the ladder does not show what the chart points at");
  await page.mouse.move(box.x + 300, y - 60);
  await until(async () => (await rung.getAttribute("data-pointed")) === "false",
    "the ladder still points at it");
  // Without a mouse: by way of what explains it.
  await rung.getByRole("button").press("Enter");
  await page.getByRole("button", { name: "Show on the chart" }).press("Enter");
  await page.getByRole("dialog", { name: "How is this computed?" }).waitFor({ state: "hidden" });
});

visit("VWAP is anchored at the bar that is pressed", { path: "/chart/SPY?studies=volume" },
  async ({ page }) => {
    await pause(page);
    const box = await canvasBox(page);
    const choose = async () => {
      await page.getByRole("button", { name: "Indicators" }).click();
      await page.getByRole("button", { name: /^Anchored VWAP/ }).click();
      await page.getByText("Press the bar to anchor VWAP at").waitFor();
    };
    await choose();
    await page.mouse.move(box.x + 250, box.y + 300);
    const { at } = await under(page);
    await page.mouse.click(box.x + 250, box.y + 300);
    const minutes = new Date(at).getTime() / 60_000;
    await page.waitForURL(new RegExp(`studies=volume,avwap-${minutes}`));
    const legend = page.locator(".legend", { hasText: "AVWAP" });
    await until(async () => /\d{3}\.\d\d/.test(await legend.innerText()), "it has no value");
    // By keys, another bar; Escape leaves it.
    await choose();
    await page.keyboard.press("Escape");
    await page.getByText("Press the bar to anchor VWAP at").waitFor({ state: "hidden" });
    await choose();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.waitForURL(/avwap-\d+,avwap-\d+/);
  });

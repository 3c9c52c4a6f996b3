// The option chain: what is quoted, what that implies, and how it moves; by mouse, keys and touch.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

import { checkAxe, live, until, visit } from "../desk.mjs";
import { chooseFirst } from "../palette.mjs";

const PATH = "/chain/SPX";
const number = (text) => Number(text.replaceAll(",", "").replace("−", "-"));

/** The chain has come. */
const quoted = async (page) => {
  await live(page);
  await page.locator(".chain-row[data-money]").waitFor();
};

/** The rows in the document: strike, and the figures of both sides by their columns' names. */
const rowsOf = (page) =>
  page.evaluate(() => {
    const names = [...document.querySelectorAll(".chain-table thead tr:last-child th")].map(
      (one) => one.textContent,
    );
    const middle = names.indexOf("Strike");
    return [...document.querySelectorAll(".chain-row:not([data-money])")].map((row) => {
      const cells = [...row.children].map((cell) => cell.textContent);
      const side = (from, until) =>
        Object.fromEntries(names.slice(from, until).map((name, n) => [name, cells[from + n]]));
      const puts = side(middle + 1, names.length);
      const strike = Number(row.querySelector(".chain-row__strike").textContent);
      return { strike, call: side(0, middle), put: puts };
    });
  });

const moneyOf = async (page) =>
  number(await page.locator(".chain-row[data-money] th").textContent());
const expiries = (page) => page.locator(".chain-head__expiries button");
const chosenExpiry = (page) =>
  page.locator('.chain-head__expiries [aria-pressed="true"]').textContent();

visit("a chain has calls left, puts right, and the money between", { path: PATH }, async (all) => {
  const { page } = all;
  await quoted(page);
  assert.ok(30 <= (await expiries(page).count()), "SPX has a series for every day and month");
  assert.match(await chosenExpiry(page), /27FEB24.*0d SPXW PM/);
  const rows = await rowsOf(page);
  assert.ok(20 < rows.length);
  const money = await moneyOf(page);
  let known = 0;
  for (const [place, row] of rows.entries()) {
    if (place !== 0) assert.ok(rows[place - 1].strike < row.strike, "strikes rise");
    if (row.call.Delta === "–" || row.put.Delta === "–") continue;
    known += 1;
    const [call, put] = [number(row.call.Delta), number(row.put.Delta)];
    assert.ok(0 <= call && call <= 1 && -1 <= put && put <= 0, JSON.stringify(row));
    // Of one strike, they add up to a share for delivery.
    if (0.05 < call && call < 0.95) assert.ok(Math.abs(call - put - 1) < 0.03, JSON.stringify(row));
    if (row.strike < money - 25) assert.ok(0.5 < call, JSON.stringify(row));
    if (money + 25 < row.strike) assert.ok(call < 0.5, JSON.stringify(row));
    if (row.call.Bid !== "–") assert.ok(number(row.call.Bid) < number(row.call.Ask) + 0.2);
  }
  assert.ok(15 < known, "most contracts have Greeks");
  // The price in the chain is the price on the ladder.
  const ladder = async () => number(await page.locator(".last-price__price").first().textContent());
  await until(async () => Math.abs((await ladder()) - (await moneyOf(page))) < 1, "one price");
  await checkAxe(page);
});

visit("every tick moves the chain, until it is held still", { path: PATH }, async ({ page }) => {
  await quoted(page);
  const text = () => page.locator(".chain-table tbody").innerText();
  const first = await text();
  await until(async () => (await text()) !== first, "the chain moves with the market");
  const money = await moneyOf(page);
  await until(async () => (await moneyOf(page)) !== money, "so does the money");
  await page.getByRole("button", { name: "Pause" }).click();
  const held = await text();
  await pause(1_500);
  assert.equal(await text(), held, "what is paused stands still");
  await page.getByRole("button", { name: "Resume" }).click();
  await until(async () => (await text()) !== held, "it goes on");
});

visit("a series has an address, and the way back leads back", { path: PATH }, async ({ page }) => {
  await quoted(page);
  await expiries(page).filter({ hasText: "15MAR24" }).filter({ hasText: "AM" }).click();
  await until(async () => page.url().endsWith("?expiry=SPX-2024-03-15"), "the address says it");
  await until(async () => /15MAR24.*SPX AM/.test(await chosenExpiry(page)), "it is chosen");
  await page.locator(".chain-row[data-money]").waitFor();
  const strikes = (await rowsOf(page)).map((row) => row.strike);
  await page.reload();
  await quoted(page);
  assert.match(await chosenExpiry(page), /15MAR24.*SPX AM/);
  const again = (await rowsOf(page)).map((row) => row.strike);
  assert.ok(strikes.some((strike) => again.includes(strike)));
  await page.goBack();
  await until(async () => /27FEB24/.test(await chosenExpiry(page)), "the series before");
  // From the chart and to it, the desk stays.
  await page.getByRole("navigation", { name: "Desk" }).getByText("Chart").click();
  await page.locator(".price-chart__canvas").first().waitFor();
  assert.match(page.url(), /\/chart\/SPX/);
  await page.goBack();
  await page.locator(".chain-row[data-money]").waitFor();
});

visit("by keys alone", { path: PATH }, async ({ page }) => {
  await quoted(page);
  const grid = page.getByRole("grid");
  await grid.focus();
  const chosen = () => page.locator('[aria-selected="true"] .chain-row__strike').allTextContents();
  await page.keyboard.press("ArrowDown");
  await until(async () => (await chosen()).length === 1, "a strike is chosen");
  const [first] = await chosen();
  assert.ok(Math.abs(Number(first) - (await moneyOf(page))) < 30, "it begins at the money");
  await page.keyboard.press("ArrowDown");
  const steps = async () => Number((await chosen())[0]) - Number(first);
  await until(async () => (await steps()) === 5, "the next strike");
  const detail = page.getByRole("complementary", { name: "Contracts at this strike" });
  assert.match(await detail.innerText(), new RegExp(`SPXW 27FEB24 ${Number(first) + 5}P`));
  await checkAxe(page);
  await page.keyboard.press("End");
  await until(async () => 300 < (await steps()), "the last strike");
  await page.keyboard.press("Home");
  await until(async () => (await steps()) < -300, "the first strike");
  await until(async () => {
    const row = await page.locator('.chain-row[aria-selected="true"]').boundingBox();
    const table = await page.locator(".chain-table").boundingBox();
    return table.y + 40 < row.y && row.y + row.height <= table.y + table.height;
  }, "what is chosen is in sight");
  await page.keyboard.press("Escape");
  await until(async () => (await chosen()).length === 0, "none is chosen");
  await page.keyboard.press("ArrowRight");
  await until(async () => /28FEB24/.test(await chosenExpiry(page)), "the next series");
  await page.locator(".chain-row[data-money]").waitFor();
  await page.getByRole("grid").focus();
  await page.keyboard.press("ArrowLeft");
  await until(async () => /27FEB24/.test(await chosenExpiry(page)), "and back");
});

visit("columns are chosen and ordered, strikes filtered, all of it saved", { path: PATH },
  async ({ page }) => {
    await quoted(page);
    const heads = () => page.locator(".chain-table thead tr:last-child th").allTextContents();
    const before = await heads();
    assert.deepEqual(before.slice(5, 10), ["Bid", "Ask", "Strike", "Bid", "Ask"]);
    await page.getByRole("button", { name: "Columns" }).click();
    const menu = page.getByRole("dialog", { name: "Columns" });
    await menu.getByRole("button", { name: "Gamma", exact: true }).click();
    await until(async () => (await heads())[0] === "Gamma", "a new column stands outside");
    await menu.getByRole("button", { name: "Gamma nearer to the strike" }).click();
    await until(async () => (await heads())[1] === "Gamma", "and goes where it is sent");
    await menu.getByRole("button", { name: "Volume", exact: true }).click();
    await until(async () => !(await heads()).includes("Volume"), "another goes");
    await checkAxe(page);
    await page.keyboard.press("Escape");
    const after = await heads();
    await page.reload();
    await quoted(page);
    assert.deepEqual(await heads(), after, "kept on this device");
    await page.getByRole("button", { name: "All strikes" }).click();
    await page.getByRole("dialog", { name: "Strikes" }).getByText("10 each side").click();
    await until(async () => (await rowsOf(page)).length === 20, "ten on each side");
    await page.keyboard.press("Escape");
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).click();
    const file = await saving;
    assert.match(file.suggestedFilename(), /^volaris-SPXW-2024-02-27-as-of-2024-02-27\.csv$/);
    const lines = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
    assert.equal(lines.length, 21);
    const [names, line] = [lines[0].split(","), lines[10].split(",")];
    assert.equal(names.length, line.length);
    assert.equal(names.length, 35);
    const delta = Number(line[names.indexOf("call Delta")]);
    assert.ok(0.3 < delta && delta < 0.7, lines[10]);
  });

visit("a fund's options have dividends, and say when exercising early may pay",
  { path: "/chain/SPY?expiry=SPY-2024-03-28" }, async ({ page }) => {
    await quoted(page);
    await page.locator(".chain-head__figures").getByText(/^1\.\d\d on 03-15$/).waitFor();
    await page.getByRole("button", { name: "Centre" }).click();
    await page.locator(".chain-table").evaluate((table) => { table.scrollTop = 0; });
    await until(async () => (await rowsOf(page))[0].strike < 460, "the lowest strikes");
    await page.locator(".chain-row").first().click();
    const detail = page.getByRole("complementary", { name: "Contracts at this strike" });
    await detail.getByText(/Early exercise: before 2024-03-15 .* dividend of 1\./).waitFor();
    await detail.getByText("its bid is not above what exercising it brings now").waitFor();
    await checkAxe(page);
  });

visit("what cannot be shown is said", { path: "/chain/VIX" }, async ({ page }) => {
  await live(page);
  await page.getByText("There are no options on VIX on this tape.").waitFor();
  await page.getByRole("button", { name: "Back to the chart" }).click();
  await page.locator(".price-chart__canvas").first().waitFor();
});

visit("a damaged link is told, and the first series shown",
  { path: "/chain/SPX?expiry=%3Cscript%3E" }, async ({ page }) => {
    await quoted(page);
    await page.getByText("Showing the first.").waitFor();
    assert.match(await chosenExpiry(page), /27FEB24/);
  });

visit("on a phone the strikes stand in the middle",
  { path: PATH, width: 390, height: 844, touch: true, theme: "light" }, async ({ page }) => {
    await quoted(page);
    await until(async () => {
      const { x, width } = await page.locator(".chain-row[data-money] th").boundingBox();
      return Math.abs(x + width / 2 - 195) < 12;
    }, "the strikes are in the middle");
    await page.locator(".chain-row").nth(9).tap();
    await page.getByRole("complementary", { name: "Contracts at this strike" }).waitFor();
    await checkAxe(page);
    await page.getByRole("navigation", { name: "Panes" }).getByText("Chart").tap();
    await page.locator(".price-chart__canvas").first().waitFor();
    await page.getByRole("navigation", { name: "Panes" }).getByText("Chain").tap();
    await quoted(page);
  });

visit("the chain follows a symbol, and a jump of the tape", { path: PATH }, async ({ page }) => {
  await quoted(page);
  await page.locator(".watchlist").getByText("NDX", { exact: true }).click();
  await until(async () => page.url().includes("/chain/NDX"), "the address follows");
  await until(async () => 15_000 < (await moneyOf(page).catch(() => 0)), "so does the chain");
  assert.match(await chosenExpiry(page), /NDXP PM/);
  await chooseFirst(page, "next open", "Tape: next open");
  await until(async () => /28FEB24.*0d/.test(await chosenExpiry(page)), "the day's own series");
  assert.equal(await expiries(page).filter({ hasText: "27FEB24" }).count(), 0);
  await page.locator(".chain-row[data-money]").waitFor();
  await until(async () => (await rowsOf(page)).some((row) => row.call.IV !== "–"), "its figures");
});

visit(
  "strikes tell levels and what is held, columns the odds of a touch and what dealers hold",
  {
    path: `${PATH}?expiry=SPXW-2024-02-28`,
    before: async (server) => {
      for (const [position, stage] of [
        ["-2 SPXW 28FEB24 5080P", "open"],
        ["1 SPXW 28FEB24 5080P", "open"],
        ["9 SPXW 28FEB24 5085P", "planned"],
      ]) {
        const answer = await fetch(`${server.address}/api/v1/positions`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ position, stage, paid: 10 }),
        });
        assert.equal(answer.status, 201, position);
      }
    },
  },
  async ({ page }) => {
    await quoted(page);
    const mark = page.locator('.chain-row__held[data-stage="open"]');
    await mark.waitFor();
    assert.equal(await mark.innerText(), "−1", "both together, and no plan");
    assert.equal(await mark.getAttribute("title"), "put −1, open");
    // A level stands beside the strike that it is nearest to.
    const levels = page.locator(".chain-row__level");
    await levels.first().waitFor();
    const row = page.locator(".chain-row", { has: levels.first() }).first();
    const strike = Number(await row.locator(".chain-row__strike").innerText());
    const title = await row.locator(".chain-row__level").getAttribute("title");
    assert.ok(Math.abs(number(title.match(/[\d,]+\.\d\d/)[0]) - strike) <= 2.51, title);
    // Two more columns.
    await page.getByRole("button", { name: "Columns" }).click();
    const menu = page.getByRole("dialog", { name: "Columns" });
    for (const name of ["Touch", "GEX"]) {
      await menu.getByRole("button", { name, exact: true }).click();
    }
    await page.keyboard.press("Escape");
    const rows = (await rowsOf(page)).filter((one) => one.strike);
    const money = await moneyOf(page);
    const touch = (one) => Number.parseFloat(one.call.Touch);
    const above = rows.filter((one) => money < one.strike).map(touch);
    const below = rows.filter((one) => one.strike < money).map(touch);
    for (let at = 1; at < above.length; at += 1) assert.ok(above[at] <= above[at - 1]);
    for (let at = 1; at < below.length; at += 1) assert.ok(below[at - 1] <= below[at]);
    assert.deepEqual(
      rows.map((one) => one.call.Touch),
      rows.map((one) => one.put.Touch),
    );
    for (const one of rows) {
      assert.ok(!one.call.GEX.startsWith("−") && !one.put.GEX.startsWith("+"), JSON.stringify(one));
    }
    assert.ok(rows.some((one) => one.call.GEX.startsWith("+$")));
    await checkAxe(page);
  },
);

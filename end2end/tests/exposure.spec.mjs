// What dealers are taken to hold: by strike, over where the underlying may go, and by assumption.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { checkAxe, live, until, visit } from "../desk.mjs";

const PATH = "/exposure/SPX";

/** Exposure has come. */
const valued = async (page) => {
  await live(page);
  await page.locator(".exposure-table [data-money]").waitFor();
};

const UNITS = { "": 1, k: 1e3, m: 1e6, bn: 1e9 };
/** `−$845m` as a number. */
const dollars = (text) => {
  const [, sign, digits, unit] = text.match(/^([+−]?)\$([\d,.]+)(k|m|bn)?$/);
  return Number(digits.replaceAll(",", "")) * UNITS[unit ?? ""] * (sign === "−" ? -1 : 1);
};

const figure = (page, name) =>
  page
    .locator(".exposure .chain-head__figures div", { has: page.getByText(name, { exact: true }) })
    .locator("dd")
    .textContent();

/** The rows of the table: strike, puts, calls, net and open interest. */
const rowsOf = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".exposure-table tbody tr:not([data-money])")].map((row) => {
      const [strike, puts, , calls, net] = [...row.children].map((cell) => cell.textContent);
      const widths = [...row.querySelectorAll("i")].map((bar) => parseFloat(bar.style.width));
      return { strike: parseFloat(strike.replaceAll(",", "")), puts, calls, net, widths };
    }),
  );

visit("gamma by strike, with walls, flip and the assumption", { path: PATH }, async ({ page }) => {
  await valued(page);
  const rows = await rowsOf(page);
  assert.ok(20 < rows.length, `${rows.length} strikes`);
  for (const [place, { strike, puts, calls, net, widths }] of rows.entries()) {
    if (place !== 0) assert.ok(strike < rows[place - 1].strike, "the highest first");
    assert.ok(dollars(puts) <= 0 && 0 <= dollars(calls), "short puts, long calls");
    const sum = dollars(puts) + dollars(calls);
    // Three digits of each.
    const sizes = [puts, calls, net].map((text) => Math.abs(dollars(text)));
    const rounding = 0.006 * (sizes[0] + sizes[1] + sizes[2]) + 1;
    assert.ok(Math.abs(dollars(net) - sum) <= rounding, `${puts} ${calls} ${net}`);
    assert.ok(widths.every((width) => 0 <= width && width <= 50.01), `${widths}`);
  }
  const most = rows.reduce((a, b) => (b.widths[0] <= a.widths[0] ? a : b));
  const wall = parseFloat((await figure(page, "Call wall")).replaceAll(",", ""));
  assert.equal(wall, most.strike);
  const flip = await figure(page, "Flip");
  assert.match(flip, /^[\d,.]+ · [+−]?[\d.]+%|^none within 10 %/);
  await page.getByText("an assumption, nobody tells who holds what").waitFor();
  await page.getByText("Open interest of 2024-02-26.").waitFor();
  await page.getByRole("img", { name: /Gamma by where the underlying goes/ }).waitFor();
  const before = await page.locator(".exposure-table [data-money] th").textContent();
  await until(
    async () => (await page.locator(".exposure-table [data-money] th").textContent()) !== before,
    "it follows the underlying",
  );
  await checkAxe(page);
});

visit("what counts and the assumption are chosen and stand in the address",
  { path: PATH }, async ({ page }) => {
    await valued(page);
    const all = dollars(await figure(page, "Gamma per 1 %"));
    await page.getByRole("button", { name: "All expiries" }).click();
    await page.getByRole("dialog", { name: "What counts" }).getByText("Ends today").click();
    await until(async () => page.url().endsWith("/exposure/SPX?scope=today"), "in the address");
    await until(async () => dollars(await figure(page, "Gamma per 1 %")) !== all, "other sums");
    await page.getByRole("button", { name: /^Dealers:/ }).click();
    const sides = page.getByRole("dialog", { name: "Which side dealers are taken to be on" });
    await sides.getByText("Dealers: short both").click();
    await until(
      async () => page.url().endsWith("?scope=today&dealers=short-both"),
      "so is the assumption",
    );
    await until(
      async () => (await figure(page, "Flip")) === "none within 10 %",
      "who is short of both has no flip",
    );
    assert.ok((await rowsOf(page)).every(({ calls }) => dollars(calls) <= 0));
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).click();
    const file = await saving;
    const lines = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
    assert.ok(20 < lines.length);
    assert.ok(lines.every((line) => line.split(",").length === 7));
    await page.reload();
    await valued(page);
    await page.getByRole("button", { name: "Dealers: short both" }).waitFor();
    await page.locator(".watchlist").getByText("SPY", { exact: true }).click();
    await until(
      async () => page.url().endsWith("/exposure/SPY?scope=today&dealers=short-both"),
      "another symbol keeps them",
    );
    await valued(page);
    assert.ok((await rowsOf(page))[0].strike < 700);
  });

visit("leaving before it came leaves nothing behind", { path: PATH }, async ({ page }) => {
  await live(page);
  const rail = page.getByRole("navigation", { name: "Desk" });
  for (const name of ["Chart", "GEX", "Chain", "GEX", "Chart"]) {
    await rail.getByText(name, { exact: true }).click();
  }
  await page.locator(".price-chart__canvas").first().waitFor();
  // Long enough for every answer that was on its way.
  await page.waitForTimeout(1_500);
});

visit("a table that was scrolled stays there while the market moves", { path: PATH },
  async ({ page }) => {
    await valued(page);
    const table = page.locator(".exposure-table");
    const top = () => table.evaluate((one) => one.scrollTop);
    await until(async () => 0 < (await top()), "it begins at the money");
    await table.evaluate((one) => (one.scrollTop = 0));
    const spot = () => table.locator("[data-money] th").textContent();
    for (const time of ["once", "twice"]) {
      const before = await spot();
      await until(async () => (await spot()) !== before, `it moved ${time}`);
    }
    assert.equal(await top(), 0);
  });

visit("what cannot be valued is said", { path: "/exposure/VIX" }, async ({ page }) => {
  await live(page);
  await page.getByText("There are no options on VIX on this tape.").waitFor();
  await page.getByRole("button", { name: "Back to the chart" }).click();
  await page.locator(".price-chart__canvas").first().waitFor();
});

visit("a damaged link is told", { path: "/exposure/SPX?scope=%3Cscript%3E" }, async ({ page }) => {
  await valued(page);
  await page.getByText("Showing all.").waitFor();
});

visit("on a phone it is a tab", { path: "/chart/SPX", width: 390, height: 844, touch: true },
  async ({ page }) => {
    await live(page);
    await page.getByRole("navigation", { name: "Panes" }).getByText("GEX").tap();
    await valued(page);
    const { x, width } = await page.locator(".exposure-table").boundingBox();
    assert.ok(0 <= x && x + width <= 390.5, "nothing hangs out");
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(wide, 0);
    await checkAxe(page);
  });

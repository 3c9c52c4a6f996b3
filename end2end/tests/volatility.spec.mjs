// Volatility on the screen: the smile of an expiry, and the surface of all of them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { checkAxe, live, until, visit } from "../desk.mjs";

const PATH = "/volatility/SPX?expiry=SPXW-2024-03-15";

const figure = (page, name) =>
  page
    .locator(".volatility .chain-head__figures div", { has: page.getByText(name, { exact: true }) })
    .locator("dd")
    .innerText();
const drawn = async (page) => {
  await live(page);
  await page.locator(".volatility-smile__curve").waitFor();
};

visit("a smile with its curve, and the surface below", { path: PATH }, async ({ page, server }) => {
  await drawn(page);
  const volatility = await (await fetch(`${server.address}/api/v1/volatility/SPX`)).json();
  const isShown = ({ series }) => series.root === "SPXW" && series.expires === "2024-03-15";
  const term = volatility.terms.find(isShown);
  // The screen's are up to a minute older, and the market moves.
  const near = (text, part) => Math.abs(parseFloat(text) - 100 * part) < 0.3;
  assert.ok(near(await figure(page, "At the money"), term.iv_at_the_money));
  assert.ok(near(await figure(page, "IV30"), volatility.iv30));
  // The practice market's quotes are made from what its feed says.
  const apart = Number(await figure(page, "Feed's, apart"));
  assert.ok(0 <= apart && apart < 0.4, `${apart}`);
  const count = Number(await figure(page, "Strikes"));
  const dots = await page.locator('.volatility-smile i:not([data-kind="vendor"])').count();
  const dashes = await page.locator('.volatility-smile i[data-kind="vendor"]').count();
  assert.ok(0.8 * dots < dashes, `${dashes} of ${dots}`);
  assert.ok(20 < dots && dots <= count, `${dots} of ${count}`);
  // Every row has the surface, dearer below the forward than above it, and one is drawn.
  const rows = await page.locator(".volatility-table tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)),
  );
  assert.equal(rows.length, volatility.terms.length);
  for (const [days, ...cells] of rows) {
    const [down, , , middle, , , up] = cells.slice(0, 7).map(Number);
    assert.ok(middle < down && up < down && 0 < up, `${days}: ${cells}`);
  }
  assert.equal(await page.locator('.volatility-table tr[aria-selected="true"]').count(), 1);
  await checkAxe(page);
});

visit("another expiry is chosen, linked and saved", { path: PATH }, async ({ page }) => {
  await drawn(page);
  const before = await figure(page, "At the money");
  await page.getByRole("button", { name: "SPXW 28FEB24" }).click();
  await until(() => page.url().endsWith("expiry=SPXW-2024-02-28"), "the address says which");
  await until(async () => (await figure(page, "At the money")) !== before, "another smile");
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  const file = await saving;
  assert.equal(file.suggestedFilename(), "volaris-volatility-SPX.csv");
  const [head, ...lines] = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
  assert.equal(head, "series,strike,right,away,iv,vendor,curve,off");
  assert.ok(500 < lines.length, `${lines.length}`);
  for (const line of lines) {
    const [, strike, , , iv, vendor, curve, off] = line.split(",");
    assert.ok(0 < Number(strike) && 0 < Number(iv) && 0 < Number(vendor), line);
    // What belongs to the curve is near it.
    if (off === "false") {
      assert.ok(Math.abs(Number(iv) - Number(curve)) < 0.05 * Number(iv) + 0.01, line);
    }
  }
});

visit(
  "a chain leads to its smile, on a phone too",
  { path: "/chain/SPY", width: 390, height: 844, touch: true },
  async ({ page }) => {
    await live(page);
    await page.locator(".chain-row[data-money]").waitFor();
    await page.getByRole("button", { name: "Smile" }).click();
    await page.locator(".volatility-smile__curve").waitFor();
    await checkAxe(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide}`);
  },
);

visit("what has no options says so", { path: "/volatility/VIX" }, async ({ page }) => {
  await live(page);
  await page.getByText("There are no options on VIX on this tape.").waitFor();
});

visit("what moves options is drawn by strike", { path: PATH }, async ({ page, server }) => {
  await drawn(page);
  const curves = page.getByRole("group", { name: "What is drawn" });
  const choose = (name) => curves.getByRole("button", { name, exact: true }).click();
  const end = async (which) => page.locator(`.volatility-smile__scale[data-end="${which}"]`);
  const number = (text) => Number(text.replace("−", "-").replace(/[+,]/g, ""));
  await choose("Delta");
  await page.getByRole("img", { name: "Delta by strike" }).waitFor();
  const [high, low] = [await end("high"), await end("low")];
  assert.ok(Math.abs(number(await high.innerText()) - 1) < 0.05, await high.innerText());
  assert.ok(Math.abs(number(await low.innerText()) + 1) < 0.05, await low.innerText());
  // Near the money both are what the chain says.
  const chain = await (
    await fetch(`${server.address}/api/v1/chain/SPX?expiry=SPXW-2024-03-15`)
  ).json();
  const tick = page.locator(".volatility-smile__axis span").nth(3);
  const [, strike, call, put] = (await tick.getAttribute("title")).match(
    /^([\d,]+): call (\S+), put (\S+)$/,
  );
  const nearest = chain.strikes.reduce((best, one) =>
    Math.abs(one.strike - number(strike)) < Math.abs(best.strike - number(strike)) ? one : best,
  );
  assert.ok(Math.abs(number(call) - nearest.call.delta) < 0.03, `${call} ${nearest.call.delta}`);
  assert.ok(Math.abs(number(put) - nearest.put.delta) < 0.03, `${put} ${nearest.put.delta}`);
  for (const name of ["Gamma", "Theta", "Vega"]) {
    await choose(name);
    await page.getByRole("img", { name: `${name} by strike` }).waitFor();
    const lines = page.locator(".volatility-curves__call, .volatility-curves__put");
    for (const line of await lines.all()) {
      assert.doesNotMatch(await line.getAttribute("d"), /NaN/);
    }
  }
  await checkAxe(page);
  await choose("Smile");
  await page.locator(".volatility-smile__curve").waitFor();
});

visit("where volatility stands in a year", { path: PATH }, async ({ page, server }) => {
  await drawn(page);
  // All days are worked out by and by, and how many is said until they are.
  await until(async () => /^\d+$/.test(await figure(page, "IV rank")), "a rank of a whole year");
  await page.locator(".feed-badge__pace").waitFor({ state: "attached" });
  const of = async () => (await fetch(`${server.address}/api/v1/volatility/SPX/days`)).json();
  const view = await of();
  assert.deepEqual([view.days.length, view.missing], [252, 0]);
  assert.ok(view.days.every(({ day }) => day < "2024-02-27"), "nothing of today or later");
  const ivs = view.days.map(({ iv30 }) => iv30);
  const [least, most] = [Math.min(...ivs, view.iv30), Math.max(...ivs, view.iv30)];
  assert.ok(Math.abs(view.rank - (view.iv30 - least) / (most - least)) < 1e-9);
  const below = ivs.filter((one) => one < view.iv30).length;
  assert.ok(Math.abs(view.percentile - below / 252) < 1e-9);
  // The screen's may be a minute older.
  assert.ok(Math.abs(Number(await figure(page, "IV rank")) - 100 * view.rank) < 8);
  assert.ok(Math.abs(Number(await figure(page, "IV percentile")) - 100 * view.percentile) < 8);
  const drawing = page.getByRole("group", { name: "What is drawn" });
  for (const [name, key] of [
    ["IV30 by day", "iv30"],
    ["Skew by day", "skew30"],
  ]) {
    await drawing.getByRole("button", { name, exact: true }).click();
    const line = page.getByRole("slider", { name });
    await line.focus();
    assert.match(await line.getAttribute("aria-valuetext"), /^now: \d+\.\d\d %$/);
    const told = ({ day, [key]: part }) => `${day}: ${(100 * part).toFixed(2)} %`;
    await page.keyboard.press("Home");
    await until(
      async () => (await line.getAttribute("aria-valuetext")) === told(view.days[0]),
      "the first day",
    );
    await page.keyboard.press("ArrowRight");
    await page.locator(".volatility-days__told b", { hasText: told(view.days[1]) }).waitFor();
    const { x, y, width } = await line.boundingBox();
    await page.mouse.move(x + width / 2, y + 30);
    const middle = view.days[126];
    await page.locator(".volatility-days__told b", { hasText: told(middle) }).waitFor();
    assert.doesNotMatch(await page.locator(".volatility-smile__curve").getAttribute("d"), /NaN/);
  }
  await checkAxe(page);
});

visit("the term structure, with what is left between two expiries", { path: PATH },
  async ({ page }) => {
    await drawn(page);
    const drawing = page.getByRole("group", { name: "What is drawn" });
    await drawing.getByRole("button", { name: "Term", exact: true }).click();
    await page.getByRole("img", { name: "Volatility at the money by expiry" }).waitFor();
    // A dot an expiry, each as the table has it.
    const dots = page.locator('.volatility-smile__place i[data-kind="call"]');
    const rows = page.locator(".volatility-table tbody tr");
    await until(async () => (await dots.count()) === (await rows.count()), "a dot an expiry");
    const titles = await dots.evaluateAll((all) => all.map((one) => one.title));
    assert.match(titles[0], /^SPXW 27FEB24: \d+\.\d\d % over 0\.\d days$/);
    assert.match(titles[9], /: \d+\.\d\d % over \d+\.\d days, \d+\.\d\d % since the expiry before/);
    for (const [place, title] of titles.entries()) {
      const cells = await rows.nth(place).locator("th, td").allInnerTexts();
      const [, name, iv] = title.match(/^(\S+ \S+): (\S+) %/);
      assert.equal(cells[0], name);
      assert.ok(Math.abs(Number(cells[5]) - Number(iv)) < 0.3, `${title} ${cells[5]}`);
    }
    await checkAxe(page);
  });

visit("all smiles as a surface that a hand turns", { path: PATH }, async ({ page }) => {
  await drawn(page);
  const drawing = page.getByRole("group", { name: "What is drawn" });
  await drawing.getByRole("button", { name: "Surface", exact: true }).click();
  const surface = page.getByRole("group", { name: /^Surface of volatility/ });
  const faces = surface.locator("polygon");
  const expiries = await page.locator(".volatility-table tbody tr").count();
  const count = await faces.count();
  assert.ok(12 * (expiries - 4) < count && count <= 12 * (expiries - 1), `${count}`);
  const first = () => faces.first().getAttribute("points");
  const before = await first();
  await surface.focus();
  await page.keyboard.press("ArrowRight");
  await until(async () => (await first()) !== before, "turned by a key");
  const { x, y } = await surface.boundingBox();
  const by_key = await first();
  await page.mouse.move(x + 200, y + 200);
  await page.mouse.down();
  await page.mouse.move(x + 320, y + 170, { steps: 4 });
  await page.mouse.up();
  await until(async () => (await first()) !== by_key, "turned by a hand");
  const dragged = await first();
  await page.mouse.move(x + 90, y + 90);
  assert.equal(await first(), dragged, "let go");
  for (const name of await surface.locator("span").all()) {
    const box = await name.boundingBox();
    const place = await surface.boundingBox();
    assert.ok(place.x <= box.x && box.x + box.width <= place.x + place.width, "a name is whole");
  }
  await surface.dblclick({ position: { x: 30, y: 30 } });
  assert.doesNotMatch(await first(), /NaN/);
  await checkAxe(page);
});

// A position that is planned: pressed together in the chain, begun as a strategy, written; seen at
// other prices, on other days, at other volatilities.

import assert from "node:assert/strict";

import { checkAxe, live, until, visit } from "../desk.mjs";
import { chooseFirst } from "../palette.mjs";

const CONDOR = "/plan/SPX?position=-1_SPXW_28FEB24_5050/5025P_5130/5155C";

const pause = async (page) => {
  // A space in a field is a space.
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press(" ");
  await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
};
const figure = (page, place, name) =>
  page.locator(`${place} dl div`, { has: page.getByText(name, { exact: true }) }).locator("dd");
const number = (text) => Number(text.replace("−", "-").replace(/[+$,%]/g, ""));
/** What the server says of a position as it stands. */
/** That a figure becomes a number of dollars. */
const becomes = (place, dollars, what) =>
  until(async () => number(await place.innerText()) === Math.round(dollars), what);
const valued = async (server, position) => {
  const answer = await fetch(`${server.address}/api/v1/position`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ position }),
  });
  assert.equal(answer.status, 200, position);
  return answer.json();
};
const planned = async (page) => {
  await live(page);
  await page.locator(".plan-payoff__now").waitFor();
};
const readout = async (page, kind) =>
  number(await page.locator(`.plan-payoff__readout [data-kind="${kind}"] b`).textContent());
const slide = (page, name, value) =>
  page
    .locator(".plan-payoff__sliders label", { hasText: name })
    .locator("input")
    .evaluate((input, value) => {
      input.value = String(value);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, value);

visit(
  "two presses in the chain make a vertical, with its numbers at once",
  { path: "/chain/SPX?expiry=SPXW-2024-02-28" },
  async ({ page, server }) => {
    await live(page);
    await page.locator(".chain-row[data-money]").waitFor();
    await pause(page);
    const press = async (strike, put, side) => {
      // A strike may have marks of what is held beside it.
      const row = page.locator(".chain-row", {
        has: page.locator("th", { hasText: new RegExp(`(^|\\D)${strike}(\\D|$)`) }),
      });
      const cells = row.locator(`td[data-trade="${side}"]`);
      await (put ? cells.last() : cells.first()).click();
    };
    await press("5080", true, "sell");
    await press("5060", true, "buy");
    const strip = page.getByRole("complementary", { name: "Position" });
    await strip.getByText("Bull put spread").waitFor();
    const whole = await valued(server, "-1 SPXW 28FEB24 5080P; 1 SPXW 28FEB24 5060P");
    assert.equal(whole.strategy, "Bull put spread");
    const of = (name) => figure(page, ".plan-strip", name);
    await becomes(of("Most"), whole.at_expiry.most, "the most");
    assert.equal(number(await of("Least").innerText()), Math.round(whole.at_expiry.least));
    const [turn] = whole.at_expiry.break_evens;
    assert.equal(number(await of("Break-even").innerText()), Number(turn.toFixed(2)));
    assert.match(await of("Price").innerText(), /^\$[\d.,]+ credit$/);
    assert.equal(number(await of("Delta").innerText()), Number(whole.delta.toFixed(1)));
    const odds = number(await of("Odds of profit").innerText());
    assert.equal(odds, Math.round(100 * whole.at_expiry.profit_odds));
    // Both strikes are marked, and the address has it.
    const marks = await page.locator(".chain-row__held").allInnerTexts();
    assert.deepEqual(marks.sort(), ["+1", "−1"]);
    assert.match(page.url(), /position=-1_SPXW_28FEB24_5080P~1_SPXW_28FEB24_5060P/);
    await checkAxe(page);
    // By keys: another put is bought and sold again.
    const grid = page.getByRole("grid");
    await grid.press("ArrowDown");
    await grid.press("p");
    await until(async () => (await page.locator(".chain-row__held").count()) === 3, "bought");
    await grid.press("Shift+P");
    await until(async () => (await page.locator(".chain-row__held").count()) === 2, "and sold");
    await grid.press("Escape");
    // The second press of the other side takes a leg away again.
    await press("5060", true, "sell");
    await strip.getByText("Cash-secured put").waitFor();
    await strip.getByRole("button", { name: "Open plan" }).click();
    await page.locator(".plan-legs tbody tr").waitFor();
    assert.equal(await page.locator(".plan-legs tbody tr").count(), 1);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("Begin with a strategy").waitFor();
  },
);

visit("sliders, table and sums of a condor", { path: CONDOR }, async ({ page, server }) => {
  await planned(page);
  await pause(page);
  const whole = await valued(server, "-1 SPXW 28FEB24 5050/5025P 5130/5155C");
  const of = (name) => figure(page, ".plan-head", name);
  await until(async () => (await of("Strategy").innerText()) === "Iron condor", "its name");
  await becomes(of("Most"), whole.at_expiry.most, "the most");
  // Net Greeks are the sum of the legs'.
  const sides = { Buy: 1, Sell: -1 };
  let delta = 0;
  for (const row of await page.locator(".plan-legs tbody tr").all()) {
    const side = await row.locator(".plan-leg__side").innerText();
    delta += 100 * sides[side] * number(await row.locator("td").nth(9).innerText());
  }
  assert.ok(Math.abs(delta - number(await of("Delta").innerText())) <= 2.1, "two digits a leg");
  assert.equal(number(await of("Delta").innerText()), Number(whole.delta.toFixed(1)));
  // The middle is of quotes that may be older than the last tick.
  assert.ok(Math.abs(await readout(page, "now")) < 40, "here and now hardly anything is won");
  // Time passes: more of the premium is earned. Volatility rises: less.
  await slide(page, "Day", 0.5);
  await page.locator(".plan-payoff__chosen").waitFor();
  // Where the chosen day's line crosses: nearer than at the end, for a condor.
  const turns = page.locator('.plan-payoff__readout [data-kind="turns"] b');
  const ends = whole.at_expiry.break_evens;
  await until(async () => {
    const [low, high] = (await turns.innerText()).split(" · ").map(number);
    return low < high && ends[0] - 60 < low && high < ends[1] + 60;
  }, "two break-evens on the chosen day");
  const later = await readout(page, "chosen");
  assert.ok(0 < later, `${later}`);
  await slide(page, "Volatility", 10);
  await until(async () => (await readout(page, "chosen")) < later, "short of volatility");
  // Far below every strike it loses all that it can.
  await slide(page, "Price", 5000);
  const least = Math.round(whole.at_expiry.least);
  await until(async () => (await readout(page, "end")) === least, "the least");
  await page.getByRole("button", { name: "Reset" }).click();
  await page.locator(".plan-payoff__chosen").waitFor({ state: "detached" });
  const cells = await page.locator(".plan-outcomes tbody td:last-child").allInnerTexts();
  assert.equal(cells.length, 17);
  for (const cell of cells) {
    const profit = number(cell);
    assert.ok(whole.at_expiry.least - 1 <= profit && profit <= whole.at_expiry.most + 1, cell);
  }
  await checkAxe(page);
});

visit("strikes are dragged, stepped and typed", { path: CONDOR }, async ({ page }) => {
  await planned(page);
  const fields = page.locator(".plan-legs input[aria-label^=Strike]");
  const strikes = () => fields.evaluateAll((all) => all.map((one) => one.value));
  assert.deepEqual(await strikes(), ["5050", "5025", "5130", "5155"]);
  const first = fields.first();
  await first.press("ArrowDown");
  await until(async () => (await strikes())[0] !== "5050", "one strike lower");
  assert.deepEqual((await strikes()).slice(1), ["5025", "5130", "5155"]);
  const alone = await strikes();
  await first.press("Shift+ArrowUp");
  const areHigher = (all) => all.every((one, at) => Number(alone[at]) < Number(one));
  await until(async () => areHigher(await strikes()), "all of them");
  await first.fill("5060");
  await first.press("Enter");
  await until(async () => (await strikes())[0] === "5060", "typed");
  // The handle under the drawing.
  const before = await strikes();
  const handle = page.locator('.plan-payoff__handle[data-leg="2"]');
  const { x, y, width, height } = await handle.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + 60, y + height / 2, { steps: 5 });
  await page.mouse.up();
  await until(async () => Number(before[2]) < Number((await strikes())[2]), "dragged");
  assert.deepEqual([(await strikes())[0], (await strikes())[1]], [before[0], before[1]]);
  // Past another leg, never onto it: together they would be one, or nothing.
  const fourth = Number((await strikes())[3]);
  const third = async (strike) => {
    await fields.nth(2).fill(`${strike}`);
    await fields.nth(2).press("Enter");
  };
  await third(fourth - 5);
  await until(() => page.url().includes(`${fourth - 5}C`), "beside the fourth");
  await fields.nth(2).press("ArrowUp");
  await until(async () => Number((await strikes())[2]) === fourth + 5, "past the fourth");
  await third(fourth);
  await page.getByText(`28FEB24 ${fourth}C is in this position already`).first().waitFor();
  assert.deepEqual((await strikes()).slice(2).map(Number), [fourth + 5, fourth]);
  const moved = await page.locator('.plan-payoff__handle[data-leg="3"]').boundingBox();
  await page.mouse.move(moved.x + moved.width / 2, moved.y + moved.height / 2);
  await page.mouse.down();
  for (let by = 4; by <= 60; by += 4) {
    await page.mouse.move(moved.x + moved.width / 2 + by, moved.y + moved.height / 2);
  }
  await page.mouse.up();
  await until(async () => fourth + 5 < Number((await strikes())[3]), "dragged past the third");
  assert.equal((await strikes()).length, 4);
  // Another expiry: the field keeps the focus while its quotes come.
  const expiry = page.locator(".plan-legs select").first();
  await expiry.focus();
  await expiry.selectOption("SPXW-2024-03-01");
  await until(() => page.url().includes("01MAR24"), "the address has it");
  await page.locator(".plan-payoff__now").waitFor();
  const focused = await page.evaluate(() => document.activeElement?.tagName);
  assert.equal(focused, "SELECT");
  await expiry.selectOption("SPXW-2024-02-28");
  // Quantity and side.
  await page.getByRole("button", { name: "One more" }).first().click();
  await page.locator(".plan-leg__side").first().click();
  await until(() => page.url().includes("position=2_SPXW_28FEB24_5060P"), "twice, and bought");
});

const EMPTY = { path: "/plan/SPX" };
visit("a calendar is written, judged and linked", EMPTY, async ({ page, server }) => {
  await live(page);
  const field = page.getByRole("textbox", { name: "Position" });
  const write = async (text) => {
    await field.fill(text);
    await field.press("Enter");
  };
  await write("-1 SPXW 8MAX24 5100C");
  await page.getByText(/character 9: `8MAX24` is no expiry/).waitFor();
  await write("-1 SPXW 8MAR24 5101C");
  await page.getByText(/SPXW 08MAR24 5101C is not listed: choose a strike/).waitFor();
  const text = "-1 SPXW 8MAR24 5100C; 1 SPXW 15MAR24 5100C @30";
  await write(text);
  await page.locator(".plan-payoff__now").waitFor();
  await pause(page);
  // Forwards come from the quotes and the price of one moment: that of the server's answer.
  await page.reload();
  await planned(page);
  const whole = await valued(server, text.replace(" @30", ""));
  const of = (name) => figure(page, ".plan-head", name);
  assert.equal(await of("Strategy").innerText(), "Calendar");
  const most = async () => number(await of("Most").innerText());
  await until(async () => Math.abs((await most()) - whole.at_expiry.most) < 1, "the most");
  const [low, high] = (await of("Break-even").innerText()).split(" · ").map(number);
  assert.ok(Math.abs(low - whole.at_expiry.break_evens[0]) < 0.02, `${low}`);
  assert.ok(Math.abs(high - whole.at_expiry.break_evens[1]) < 0.02, `${high}`);
  // A price of one's own moves the result, and is in the link.
  const price = page.locator(".plan-head__price");
  await price.fill("20");
  await price.press("Enter");
  await until(() => page.url().includes("paid=2000.00"), "what was paid");
  const profit = await of("Profit now").innerText();
  assert.ok(Math.abs(number(profit) - (whole.mid - 2000)) < 1, profit);
  const link = page.url();
  await page.reload();
  await planned(page);
  assert.equal(page.url(), link);
  assert.equal(await of("Strategy").innerText(), "Calendar");
  assert.equal(await of("Profit now").innerText(), profit);
});

const FUND = { path: "/plan/SPY" };
visit("strategies are begun, and stay while one looks away", FUND, async ({ page }) => {
  await live(page);
  await page.getByText("Begin with a strategy").waitFor();
  await page.getByRole("button", { name: "SPY 27FEB24" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "SPY 15MAR24" }).click();
  const of = (name) => figure(page, ".plan-head", name);
  for (const name of ["Covered call", "Iron fly", "Calendar", "Jade lizard"]) {
    await until(async () => {
      await page.getByRole("button", { name: "Strategies" }).click();
      await page.getByRole("dialog").getByRole("button", { name, exact: true }).click();
      const shown = of("Strategy");
      return (await shown.count()) === 1 && (await shown.innerText()) === name;
    }, name);
  }
  await page.getByRole("button", { name: "Chart", exact: true }).first().click();
  await page.locator(".price-chart__canvas").waitFor();
  await page.getByRole("button", { name: "Plan", exact: true }).first().click();
  const name = () => of("Strategy").innerText();
  await until(async () => (await name()) === "Jade lizard", "it is still there");
  await page.getByRole("button", { name: "Turn", exact: true }).click();
  await until(async () => (await name()) === "Custom", "the other way round");
});

visit(
  "a plan on a phone",
  { path: CONDOR, width: 390, height: 844, touch: true },
  async ({ page }) => {
    await planned(page);
    await checkAxe(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide}`);
    const handle = page.locator(".plan-leg__side").first();
    assert.ok(40 <= (await handle.boundingBox()).height, "a finger finds it");
  },
);

const menu = (page, name) => page.getByRole("button", { name, exact: true });

visit(
  "odds several ways, a size, and an order that a broker reads",
  { path: CONDOR },
  async ({ page }) => {
    await planned(page);
    const of = async (name) => (await figure(page, ".plan-head", name).innerText()).trim();
    await until(async () => (await of("by smile")) !== "–", "the smile's odds");
    await until(async () => /^\d+% of \d{3,}$/.test(await of("by history")), "the past's odds");
    const odds = await Promise.all(["Odds of profit", "by smile", "by delta"].map(of));
    for (const one of odds) {
      assert.ok(Math.abs(number(one) - number(odds[0])) < 15, `${odds}`);
    }
    // A fill between the middle and the natural price.
    const credit = (text) => number(text.replace(" credit", ""));
    const [natural, fill] = [credit(await of("Natural")), credit(await of("Expected fill"))];
    assert.ok(natural <= fill, `${natural} ${fill}`);
    assert.ok(number(await of("Worst −8…+6%")) < -100);
    // As many as lose what may be lost.
    await menu(page, "Size").click();
    const field = (name) => page.locator(".plan-size__field", { hasText: name }).locator("input");
    await field("Account").fill("200,000");
    await field("Risk").fill("3");
    const told = page.locator(".plan-size__told");
    const least = Math.abs(number(await of("Least")));
    await page.getByText(/^One loses \$[\d,]+ at most; \d+ lose/).waitFor();
    const [, one, units, loss, part] = (await told.innerText()).match(
      /One loses (\$[\d,]+) at most; (\d+) lose (\$[\d,]+), ([\d.]+)% of the account/,
    );
    assert.ok(Math.abs(number(one) - least) < 15, `${one} ${least}`);
    assert.equal(Number(units), Math.floor(6_000 / number(one) + 1e-9));
    assert.ok(number(loss) <= 6_000 && Number(part) <= 3);
    await checkAxe(page);
    await field("Risk").fill("much");
    await page.getByText(/Say account and risk as numbers/).waitFor();
    await field("Risk").fill("3");
    await page.locator(".plan-size__apply").click();
    await until(() => page.url().includes(`position=-${units}_SPXW`), "so many are planned");
    // The order, as brokers read it.
    await menu(page, "Order").click();
    const text = page.getByRole("textbox", { name: "Order" });
    const line =
      `SELL -${units} IRON CONDOR SPX 100 (Weeklys) 28 FEB 24 5130/5155/5050/5025 CALL/PUT @`;
    await until(async () => {
      const order = await text.inputValue();
      return order.startsWith(line) && /^\d+\.\d\d LMT$/.test(order.slice(line.length));
    }, "thinkorswim's line");
    await menu(page, "OCC names").click();
    await until(
      async () => (await text.inputValue()).startsWith(`SELL ${units} SPXW  240228P05050000\n`),
      "the exchange's names",
    );
    await menu(page, "tastytrade").click();
    await until(async () => {
      const order = await text.inputValue();
      return order.startsWith("{") && JSON.parse(order)["price-effect"] === "Credit";
    }, "tastytrade's order");
    await menu(page, "IBKR basket").click();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    assert.equal((await saved).suggestedFilename(), "volaris-order.csv");
    await checkAxe(page);
  },
);

visit(
  "up to four positions are compared",
  {
    path: CONDOR,
    before: async (server) => {
      for (const [name, position] of [
        ["Narrow", "-1 SPXW 28FEB24 5060/5050P"],
        ["Later", "-1 SPXW 8MAR24 5000/4950P"],
        ["Third", "1 SPXW 28FEB24 5100C"],
        ["Fourth", "1 SPXW 28FEB24 5110C"],
        ["Fund", "1 SPY 28FEB24 510C"],
      ]) {
        const answer = await fetch(`${server.address}/api/v1/positions`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ position, name }),
        });
        assert.equal(answer.status, 201, name);
      }
    },
  },
  async ({ page, server }) => {
    await planned(page);
    await menu(page, "Compare").click();
    await menu(page, "Narrow").click();
    assert.equal(await menu(page, "Fund").count(), 0, "on another underlying");
    await menu(page, "Later").click();
    const cell = (row, column) =>
      page
        .locator(".plan-compare tr", { has: page.getByText(row, { exact: true }) })
        .locator("td")
        .nth(column);
    await until(async () => (await cell("Most", 2).innerText()).startsWith("+$"), "the second");
    await page.keyboard.press("Escape");
    await pause(page);
    await page.reload();
    await planned(page);
    await menu(page, "Compare").click();
    await menu(page, "Narrow").click();
    await page.keyboard.press("Escape");
    const own = await valued(server, "-1 SPXW 28FEB24 5060/5050P");
    await until(
      async () => Math.abs(number(await cell("Delta", 1).innerText()) - own.delta) < 0.11,
      "the server's delta",
    );
    assert.ok(
      Math.abs(number(await cell("Most", 1).innerText()) - own.at_expiry.most) < 1,
      `${own.at_expiry.most}`,
    );
    assert.equal(await cell("Strategy", 0).innerText(), "Iron condor");
    assert.equal(await page.locator(".plan-payoff__other").count(), 1);
    await checkAxe(page);
    await menu(page, "Compare").click();
    for (const name of ["Later", "Third", "Fourth"]) await menu(page, name).click();
    await page.getByText("At most 3 stand beside the plan.").waitFor();
  },
);

visit(
  "what ended by a jump is told, also while the tape stands still",
  { path: "/plan/SPX?position=-1_SPXW_27FEB24_5100C" },
  async ({ page }) => {
    await planned(page);
    await pause(page);
    await chooseFirst(page, "next open", "Tape: next open");
    await page.getByText("SPXW 27FEB24 is not listed now: choose another expiry.").waitFor();
    // The leg is put right where it stands.
    await page.getByRole("combobox", { name: "Expiry" }).selectOption({ label: "SPXW 28FEB24" });
    await planned(page);
  },
);

visit("a price that is typed stays while the market moves", { path: CONDOR }, async ({ page }) => {
  await planned(page);
  const field = page.getByLabel(/^Price of one in points/);
  const mid = () => page.locator(".plan-leg").first().innerText();
  const moves = async () => {
    const before = await mid();
    await until(async () => (await mid()) !== before, "no quote moves");
  };
  const side = page.locator(".plan-head dl div", { has: field }).locator("dt");
  // Nobody is in the field: it follows.
  const shown = await field.inputValue();
  await until(async () => (await field.inputValue()) !== shown, "the middle stands still");
  // Somebody is: not even what they found there changes under the hand.
  await field.focus();
  const found = await field.inputValue();
  for (let times = 0; times < 4; times += 1) await moves();
  assert.equal(await field.inputValue(), found);
  await field.fill("−1.3");
  for (let times = 0; times < 4; times += 1) await moves();
  assert.equal(await field.inputValue(), "−1.3");
  await field.press("Enter");
  await side.getByText("Credit", { exact: true }).waitFor();
  await until(() => /paid=-130/.test(page.url()), "it is not linked");
  // What is no price is marked, changes nothing, and goes when one leaves.
  await field.fill("1.2.3");
  await field.press("Enter");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await field.press("Tab");
  await until(async () => (await field.inputValue()) === "-1.30", "the price comes back");
  assert.equal(await field.getAttribute("aria-invalid"), "false");
  // Nothing is the middle again.
  await field.fill("");
  await field.press("Enter");
  await side.getByText("Credit, mid", { exact: true }).waitFor();
  const quantity = page.getByLabel(/^Quantity of/).first();
  await quantity.fill("some");
  await quantity.press("Enter");
  assert.equal(await quantity.inputValue(), "1");
});

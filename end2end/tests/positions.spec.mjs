// Positions that are kept: from the builder, by programs; valued, weighed, stressed, closed.

import assert from "node:assert/strict";

import { checkAxe, live, until, visit } from "../desk.mjs";

const JSON_TYPE = { "content-type": "application/json" };
const SPREAD = "-2 SPXW 15MAR24 5000/4950P";
const number = (text) => Number(text.replace("−", "-").replace(/[+$,%]/g, ""));
const pause = async (page) => {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press(" ");
  await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
};
const keep = async (server, body) => {
  const options = { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) };
  const answer = await fetch(`${server.address}/api/v1/positions`, options);
  assert.equal(answer.status, 201, body.position);
  return answer.json();
};
const read = async (server, query = "") =>
  (await fetch(`${server.address}/api/v1/positions${query}`)).json();
const figure = (page, name) =>
  page
    .locator(".plan-head dl div", { has: page.getByText(name, { exact: true }) })
    .locator("dd")
    .first();
const row = (page, name) =>
  page.locator(".position", { has: page.getByText(name, { exact: true }) });
const cell = (page, name, label) => row(page, name).locator(`td[data-label="${label}"]`);
const shown = async (page) => {
  await live(page);
  await page.locator(".positions-table, .positions-nothing").first().waitFor();
};

visit(
  "a plan is kept as open, stands with its value, is closed in part, and undone",
  { path: "/plan/SPX?position=-2_SPXW_15MAR24_5000/4950P" },
  async ({ page, server }) => {
    await live(page);
    await page.locator(".plan-payoff__now").waitFor();
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("March credit");
    await page.getByRole("button", { name: /^Keep as open at/ }).click();
    await page.getByText("March credit is kept as open.").waitFor();
    const [kept] = (await read(server)).positions;
    assert.equal(kept.name, "March credit");
    assert.equal(kept.stage, "open");
    assert.ok(kept.paid < 0, "a credit");
    await page.getByRole("button", { name: "Risk", exact: true }).click();
    await shown(page);
    await pause(page);
    const whole = (await read(server)).positions[0].value;
    const mark = async () => number(await cell(page, "March credit", "Mark").innerText());
    await until(async () => (await mark()) === Math.round(whole.mid), "the mark is the server's");
    const delta = number(await cell(page, "March credit", "Delta").innerText());
    assert.ok(Math.abs(delta - whole.delta) < 0.6, `${delta} ${whole.delta}`);
    // The head is the row, weighed to itself.
    assert.ok(Math.abs(number(await figure(page, "Delta").innerText()) - delta) < 0.11);
    const profit = await cell(page, "March credit", "Profit").innerText();
    assert.equal(profit, await figure(page, "Profit").innerText());
    assert.match(await cell(page, "March credit", "Ends in").innerText(), /^17 d/);
    await checkAxe(page);
    // Closed in part, with fees, and taken back.
    await row(page, "March credit").getByRole("button").click();
    const close = page.getByRole("form", { name: "Close" });
    // Half of it is closed for half of what all would bring, unless the trader says otherwise.
    const received = close.getByLabel("Received, $");
    const natural = number(await received.inputValue());
    await close.getByLabel("Units").fill("1");
    await until(
      async () => Math.abs(number(await received.inputValue()) - natural / 2) < 0.01,
      "half of the money",
    );
    await received.fill("−150");
    await close.getByLabel("Fees, $").fill("2.60");
    await checkAxe(page);
    await close.getByRole("button", { name: "Close" }).click();
    await page.getByText("1 of 2 of March credit are closed.").waitFor();
    const after = (await read(server)).positions;
    assert.deepEqual(
      after.map((one) => [one.stage, one.position.slice(0, 2), one.received, one.fees]),
      [
        ["open", "-1", null, 0],
        ["closed", "-1", -150, 2.6],
      ],
    );
    assert.ok(Math.abs(after[0].paid + after[1].paid - kept.paid) < 1e-9, "no cent is lost");
    await page.getByRole("button", { name: /^Closed/ }).click();
    const realised = -150 - after[1].paid - 2.6;
    assert.equal(
      number(await cell(page, "March credit", "Profit").innerText()),
      Math.abs(realised) < 99.995 ? Number(realised.toFixed(2)) : Math.round(realised),
    );
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Nothing was closed yet.").waitFor();
    const undone = (await read(server)).positions;
    assert.equal(undone.length, 1);
    assert.equal(undone[0].position, kept.position);
    assert.equal(undone[0].paid, kept.paid);
  },
);

visit(
  "what is open is weighed, and made its profit by delta, gamma, theta, vega and a rest",
  {
    path: "/positions/SPX",
    before: async (server) => {
      const { as_of } = await read(server);
      const old = { name: "Old", opened_at: 1, stage: "open", paid: -800 };
      await keep(server, { position: SPREAD, ...old });
      await keep(server, {
        position: "5 SPY 15MAR24 510C",
        name: "Fund",
        stage: "open",
        paid: 900,
        opened_at: as_of,
      });
      await keep(server, { position: "1 SPXW 27FEB24 5100C", name: "Idea" });
    },
  },
  async ({ page, server }) => {
    await shown(page);
    await until(async () => (await cell(page, "Old", "Today").innerText()) !== "–", "its day");
    await until(async () => (await cell(page, "Fund", "Delta").innerText()) !== "–", "its delta");
    await pause(page);
    const { weighted, positions } = await read(server, "?stage=open");
    const held = positions.reduce((sum, { value }) => sum + value.theta, 0);
    await until(
      async () => Math.abs(number(await figure(page, "Delta").innerText()) - weighted.delta) < 0.3,
      "net delta is the server's",
    );
    const theta = number(await figure(page, "Theta").innerText());
    assert.ok(Math.abs(theta - held) < 1, `${theta} ${held}`);
    await page.getByText(/^Beta to SPX over 63 days: SPY \d\.\d\d \(r (0\.9|1\.0)\d\)\./).waitFor();
    // The rows are the sum, and the parts the whole.
    const rows = await Promise.all(
      ["Old", "Fund"].map(async (name) => number(await cell(page, name, "Today").innerText())),
    );
    const today = number(await figure(page, "Today").innerText());
    assert.ok(Math.abs(rows[0] + rows[1] - today) < 1.5, `${rows} ${today}`);
    const parts = ["by delta", "by gamma", "by theta", "by vega", "the rest"];
    const made = await Promise.all(
      parts.map(async (name) => number(await figure(page, name).innerText())),
    );
    const sum = made.reduce((sum, one) => sum + one, 0);
    assert.ok(Math.abs(sum - today) < 3, `${made} ${today}`);
    await row(page, "Old").getByRole("button").click();
    await page.getByText(/since 2024-02-26 16:00/).waitFor();
    // Weighed to the fund, the same is ten times as many shares.
    const before = number(await figure(page, "Delta").innerText());
    await page.getByRole("group", { name: "Weighed to" }).getByText("SPY").click();
    await until(
      async () => Math.abs(number(await figure(page, "Delta").innerText()) / before) > 8,
      "shares of SPY",
    );
    // What is planned is valued, and opens in the builder.
    await page.getByRole("button", { name: /^Planned/ }).click();
    await row(page, "Idea").getByRole("button").click();
    await page.getByRole("button", { name: "Duplicate" }).click();
    await row(page, "Idea copy").waitFor();
    await page.getByRole("button", { name: "Open in the builder" }).click();
    await page.locator(".plan-payoff__now").waitFor();
    assert.match(page.url(), /position=1_SPXW_27FEB24_5100C/);
  },
);

visit(
  "the grid is what the positions gain, over price, volatility and time",
  {
    path: "/positions/SPX",
    before: (server) =>
      keep(server, { position: SPREAD, name: "Spread", stage: "open", paid: -800 }),
  },
  async ({ page }) => {
    await shown(page);
    const table = page.locator(".risk-grid__table");
    await table.waitFor();
    await pause(page);
    const values = async () => {
      const rows = await table.locator("tbody tr").all();
      return Promise.all(
        rows.map(async (row) => (await row.locator("td").allInnerTexts()).map(number)),
      );
    };
    const now = await values();
    assert.deepEqual([now.length, now[0].length], [11, 11]);
    assert.ok(Math.abs(now[5][5]) < 2, `here and now nothing is gained: ${now[5][5]}`);
    // A put spread that was sold gains as the market rises, and never more than it came in for.
    for (const row of now) {
      for (let place = 1; place < row.length; place += 1) assert.ok(row[place - 1] <= row[place]);
    }
    const choose = (name) => page.getByRole("button", { name, exact: true }).click();
    await choose("±20%");
    await until(async () => (await values())[5][0] < now[5][0], "further down is worse");
    // At its end it pays what it pays: the width, less what it is worth now.
    await page.locator(".risk-grid__day input").evaluate((input) => {
      input.value = "11";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await page.getByText(/1 of 1 expiries over/).waitFor();
    await until(async () => {
      const end = await values();
      return end.every((row) => Math.abs(row.at(-1) - row[0] - 10_000) < 2);
    }, "from the least to the most is the width");
    // What the model makes of it and the middle of its quotes are cents apart: a quote keeps the
    // volatility of its own moment while the index moves on.
    const end = await values();
    const mark = number(await cell(page, "Spread", "Mark").innerText());
    assert.ok(Math.abs(end[5][0] - (-10_000 - mark)) < 40, `${end[5][0]} ${mark}`);
    const worst = await page.locator(".risk-grid__worst").innerText();
    const [, lost, at] = worst.match(/lost here: (−\$[\d,]+) at (−[\d.]+)% and 0 vol/);
    assert.ok(Math.abs(number(lost) - end[5][0]) < 2, worst);
    // Where the lower strike is: 4,950 of about 5,091.
    assert.equal(number(at), -3);
    for (const name of ["Sticky delta", "√time", "All alike", "±20 vol"]) await choose(name);
    await choose("±5%");
    await checkAxe(page);
    // The fewer days, the less is left of a move.
    const line = page.locator(".risk-grid__now");
    assert.match(await line.getAttribute("d"), /^M0\.0,/);
  },
);

visit(
  "what cannot be valued says why, and is left out of the sum",
  {
    path: "/positions/SPX",
    before: async (server) => {
      await keep(server, { position: SPREAD, name: "Whole", stage: "open", paid: -800 });
      await keep(server, {
        position: "1 SPXW 26FEB24 5000C",
        name: "Over",
        stage: "open",
        paid: 100,
      });
      await keep(server, {
        position: "1 SPXW 15MAR24 5001C",
        name: "Unlisted",
        stage: "open",
        paid: 100,
      });
    },
  },
  async ({ page }) => {
    await shown(page);
    await page.getByText("SPXW 26FEB24 5000C is over: close it with what it settled at.").waitFor();
    await page.getByText("SPXW 15MAR24 5001C is not listed.").waitFor();
    await page.getByText("2 positions cannot be valued: see why below.").waitFor();
    await page.getByText("1 of 3 positions are in it.").waitFor();
    const own = () => cell(page, "Whole", "Profit").innerText();
    await until(
      async () => (await figure(page, "Profit").innerText()) === (await own()),
      "the rest is the sum",
    );
    assert.equal(await cell(page, "Over", "Profit").innerText(), "–");
    // It is closed with what it settled at.
    await row(page, "Over").getByRole("button").click();
    const close = page.getByRole("form", { name: "Close" });
    await close.getByLabel("Received, $").fill("5,075.50 dollars");
    await close.getByRole("button", { name: "Close" }).click();
    assert.equal(await close.getByLabel("Received, $").getAttribute("aria-invalid"), "true");
    await close.getByLabel("Received, $").fill("5,075.50");
    await close.getByRole("button", { name: "Close" }).click();
    await page.getByText("Over is closed.").waitFor();
    await page.getByRole("button", { name: /^Closed/ }).click();
    assert.equal(await cell(page, "Over", "Profit").innerText(), "+$4,976");
    // Deleted, and brought back.
    await row(page, "Over").getByRole("button").click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Over is deleted.").waitFor();
    await page.getByText("Nothing was closed yet.").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await row(page, "Over").waitFor();
  },
);

visit(
  "positions on a phone are cards",
  {
    path: "/positions/SPX",
    width: 390,
    height: 844,
    touch: true,
    before: (server) =>
      keep(server, { position: SPREAD, name: "Spread", stage: "open", paid: -800 }),
  },
  async ({ page }) => {
    await shown(page);
    await until(async () => (await cell(page, "Spread", "Mark").innerText()) !== "–", "its mark");
    await row(page, "Spread").getByRole("button").tap();
    await page.getByRole("form", { name: "Close" }).waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${width}`);
    await checkAxe(page);
    await page.locator(".tab-bar").getByRole("button", { name: "Chart" }).tap();
    await page.locator(".price-chart").first().waitFor();
    await page.locator(".tab-bar").getByRole("button", { name: "Risk" }).tap();
    await row(page, "Spread").waitFor();
  },
);

visit(
  "shares alone move with their price",
  {
    path: "/positions/SPX",
    before: (server) =>
      keep(server, { position: "100 SPY", name: "Shares", stage: "open", paid: 50_000 }),
  },
  async ({ page }) => {
    await shown(page);
    await until(async () => (await cell(page, "Shares", "Mark").innerText()) !== "–", "its mark");
    const mark = await cell(page, "Shares", "Mark").innerText();
    await until(async () => (await cell(page, "Shares", "Mark").innerText()) !== mark, "it moves");
  },
);

visit("nothing is kept yet", { path: "/positions/SPX" }, async ({ page }) => {
  await shown(page);
  await page.getByText("Nothing is open.").waitFor();
  await checkAxe(page);
  await page.getByRole("button", { name: "Plan a position" }).click();
  await page.getByText("Begin with a strategy").waitFor();
});

visit(
  "what is open stands at the side, beside a chain that streams",
  {
    path: "/chain/SPX",
    before: async (server) => {
      await keep(server, { position: SPREAD, name: "Credit", stage: "open", paid: -800 });
      await keep(server, { position: "100 SPY", name: "Fund", stage: "open", paid: 50_000 });
      await keep(server, { position: "1 SPXW 15MAR24 5100C", name: "Idea", stage: "planned" });
    },
  },
  async ({ page, server }) => {
    await live(page);
    const list = page.getByRole("region", { name: "Open positions" });
    const entry = (name) => list.getByRole("button", { name: new RegExp(`^${name}`) });
    const profit = (name) => entry(name).locator("span").first().innerText();
    await until(async () => /^[+−]\$/.test(await profit("Credit")), "a profit");
    assert.deepEqual(await list.locator("li b").allInnerTexts(), ["Fund", "Credit"]);
    // The chain is there too, and both move: neither takes the other's quotes away.
    await page.locator(".chain-row").first().waitFor();
    const cells = () => page.locator(".chain-row").nth(12).innerText();
    const [before, chain] = [await profit("Credit"), await cells()];
    await until(async () => (await profit("Credit")) !== before, "the profit moves");
    await until(async () => (await cells()) !== chain, "the chain moves");
    // Another chain asks for everything anew; the list stands.
    await page.locator(".chain-head__expiries button").nth(2).click();
    await page.locator(".chain-row").first().waitFor();
    const later = await profit("Credit");
    await until(async () => (await profit("Credit")) !== later, "the profit still moves");
    await pause(page);
    const { positions } = await read(server, "?stage=open");
    const fund = positions.find((one) => one.name === "Fund");
    const own = Math.round(fund.value.mid - 50_000);
    const gap = async () => Math.abs(number(await profit("Fund")) - own);
    await until(async () => (await gap()) < 1, "the server's profit");
    // The sum is of the rows, and stays when they are put away, here and after a reload.
    const sum = list.locator("dd").nth(1);
    const rows = await Promise.all(["Credit", "Fund"].map(profit));
    const [one, two] = rows.map(number);
    assert.ok(Math.abs(number(await sum.innerText()) - one - two) < 1.5, `${rows}`);
    await checkAxe(page);
    await list.getByRole("button", { name: /^Positions/ }).click();
    await until(async () => (await list.locator("li").count()) === 0, "only the sum");
    await page.reload();
    await until(async () => /^[+−]\$/.test(await sum.innerText()), "the sum is there");
    assert.equal(await list.locator("li").count(), 0);
    await list.getByRole("button", { name: /^Positions/ }).click();
    // One of them leads to all that is known of it, where the list is not shown twice.
    await entry("Credit").click();
    await shown(page);
    await page.getByRole("form", { name: "Close" }).waitFor();
    assert.equal(await list.count(), 0);
    // A phone has no side.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "Chart", exact: true }).first().click();
    await page.locator(".price-chart").first().waitFor();
    assert.equal(await list.count(), 0);
  },
);

visit(
  "where nothing is open, nothing stands at the side until something is",
  { path: "/plan/SPX?position=-2_SPXW_15MAR24_5000/4950P" },
  async ({ page }) => {
    await live(page);
    await page.locator(".plan-payoff__now").waitFor();
    const list = page.getByRole("region", { name: "Open positions" });
    assert.equal(await list.count(), 0);
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await page.getByRole("button", { name: /^Keep as open at/ }).click();
    await list.locator("li b").getByText("SPX Bull put spread").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await until(async () => (await list.count()) === 0, "it is gone again");
  },
);

// Answers that are late: what was told of one symbol, benchmark or day never stands under another.

import assert from "node:assert/strict";

import { hold, live, until, visit, withoutWorker } from "../desk.mjs";
import { chooseFirst } from "../palette.mjs";

/** Chooses another symbol in the watchlist, and waits until the address says so. */
const choose = async (page, symbol) => {
  await page.locator(".watch-row__choose", { hasText: symbol }).click();
  await page.waitForURL(new RegExp(`/${symbol}`));
};
const jump = (page) => chooseFirst(page, "next open", "Tape: next open");
const figure = (page, name) =>
  page
    .locator(".chain-head__figures div", { has: page.getByText(name, { exact: true }) })
    .locator("dd")
    .first()
    .innerText();
const number = (text) => Number(text.replaceAll(",", "").replace("−", "-"));
const money = async (page, table) =>
  number(await page.locator(`${table} [data-money] th`).first().textContent());

/** One screen of the desk: what is held back, what has to go, and that the answer brings it. */
for (const { path, held, shown, later } of [
  {
    path: "/chain/SPX",
    held: ["chain/expiries"],
    shown: [".chain-row", ".chain-head__expiries button"],
    later: async (page) => assert.ok((await money(page, ".chain-table")) < 1_000),
  },
  {
    path: "/exposure/SPX",
    held: ["exposure/open"],
    shown: [".exposure-table tbody tr", ".exposure .chain-head__figures dd"],
    later: async (page) => assert.ok((await money(page, ".exposure-table")) < 1_000),
  },
  {
    path: "/volatility/SPX",
    held: ["exposure/open", "volatility/days"],
    shown: [".volatility-smile__curve", ".volatility-table tbody tr"],
    later: async (page) => assert.ok(number(await figure(page, "Forward")) < 1_000),
  },
]) {
  visit(`nothing of SPX stands under QQQ: ${path}`, { path, beforeVisit: withoutWorker },
    async ({ page }) => {
      await live(page);
      for (const one of shown) await page.locator(one).first().waitFor();
      const answers = await Promise.all(held.map((one) => hold(page, `**/api/${one}`)));
      await choose(page, "QQQ");
      for (const one of shown) await page.locator(one).first().waitFor({ state: "detached" });
      for (const answer of answers) answer();
      for (const one of shown) await page.locator(one).first().waitFor();
      await later(page);
      // There and back before anybody answered: it is asked once more, and answered.
      const others = await Promise.all(held.map((one) => hold(page, `**/api/${one}`)));
      await choose(page, "SPX");
      await choose(page, "QQQ");
      for (const one of shown) await page.locator(one).first().waitFor({ state: "detached" });
      for (const answer of others) answer();
      for (const one of shown) await page.locator(one).first().waitFor();
      await later(page);
    });
}

visit("expiries that did not come are asked for again, though link and tape go on",
  { path: "/chart/SPX", beforeVisit: withoutWorker }, async ({ page, server }) => {
    await live(page);
    const expiries = "**/api/chain/expiries";
    await page.route(expiries, (route) => route.fulfill({ body: "Later." }));
    await page.goto(`${server.address}/chain/SPX`);
    await page.locator(".desk__nothing", { hasText: "no answer of the desk's" }).waitFor();
    await page.unroute(expiries);
    await page.locator(".chain-row").first().waitFor();
  });

visit("what is open before a jump is not valued after it",
  { path: "/exposure/SPX", beforeVisit: withoutWorker }, async ({ page }) => {
    await live(page);
    const rows = page.locator(".exposure-table tbody tr");
    await rows.first().waitFor();
    await page.getByText("Open interest of 2024-02-26.").waitFor();
    const answer = await hold(page, "**/api/exposure/open");
    await jump(page);
    await rows.first().waitFor({ state: "detached" });
    answer();
    await page.getByText("Open interest of 2024-02-27.").waitFor();
  });

/** Has the tape jump to a moment, as the pages of the desk ask for it. */
async function seek(server, time) {
  // In postcard: the number of the command, then microseconds with their sign last.
  const bytes = [4];
  let left = 2_000n * BigInt(Date.parse(time));
  for (; 127n < left; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  bytes.push(Number(left));
  const answer = await fetch(`${server.address}/api/tape/control`, {
    method: "POST",
    headers: { origin: server.address, "content-type": "application/x-postcard" },
    body: Uint8Array.from(bytes),
  });
  assert.equal(answer.status, 200);
}

for (const [path, rows] of [
  ["/chain/SPX", ".chain-row"],
  ["/exposure/SPX", ".exposure-table tbody tr"],
  ["/plan/SPX?position=-2_SPXW_15MAR24_5000/4950P", ".plan-payoff__now"],
  ["/volatility/SPX", ".volatility-table tbody tr"],
]) {
  visit(`before an index's first price nothing of the day before is valued: ${path}`, { path },
    async ({ page, server }) => {
      await live(page);
      await page.locator(rows).first().waitFor();
      // Eight in New York.
      await seek(server, "2024-02-28T13:00:00Z");
      await page.getByText("SPX has no price yet today").waitFor();
      assert.equal(await page.locator(rows).count(), 0);
      await jump(page);
      await page.locator(rows).first().waitFor();
    });
}

visit("after a jump back no chart shows what is yet to come",
  { path: "/chart/SPX?span=5m", beforeVisit: withoutWorker }, async ({ page, server }) => {
    await live(page);
    const told = page.locator(".price-chart__data").first();
    const has = async () => /O /.test(await told.textContent());
    await until(has, "its bars");
    const answer = await hold(page, "**/bars/read");
    await seek(server, "2024-02-26T18:00:00Z");
    await until(async () => !(await has()), "what is yet to come stands there");
    answer();
    await until(has, "the bars until then");
  });

visit("a link to a position on something else values nothing of it",
  { path: "/chain/QQQ?position=-2_SPXW_15MAR24_5000/4950P" }, async ({ page }) => {
    await live(page);
    await page.locator(".chain-row[data-money]").waitFor();
    const strip = page.locator(".plan-strip");
    await strip.getByText("SPXW 15MAR24").waitFor();
    // Its own series would come within a second.
    await page.waitForTimeout(1_500);
    const figures = await strip.locator("dd").allInnerTexts();
    assert.deepEqual([...new Set(figures)], ["–"]);
    await strip.getByRole("button", { name: "Open plan" }).click();
    await page.getByText("This position is on SPX, and QQQ is shown.").waitFor();
  });

/** A desk with a position that was opened long ago. */
const WITH_POSITION = {
  path: "/positions/SPX",
  beforeVisit: withoutWorker,
  before: async (server) => {
    const kept = { stage: "open", paid: -800, opened_at: 1 };
    const answer = await fetch(`${server.address}/api/v1/positions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ position: "-2 SPXW 15MAR24 5000/4950P", ...kept }),
    });
    assert.equal(answer.status, 201);
  },
};

visit("what a day brought is not counted from the close of another", WITH_POSITION,
  async ({ page }) => {
    await live(page);
    const today = () => figure(page, "Today");
    await until(async () => /\d/.test(await today()), "since the close before");
    const answer = await hold(page, "**/api/positions/earlier");
    await jump(page);
    await until(async () => (await today()) === "–", "of the next day nothing is known yet");
    answer();
    await until(async () => /\d/.test(await today()), "since the close before that day");
  });

visit("what is weighed to one benchmark never stands under another", WITH_POSITION,
  async ({ page }) => {
    await live(page);
    const delta = () => figure(page, "Delta");
    await until(async () => /\d/.test(await delta()), "weighed to SPX");
    const before = number(await delta());
    const answer = await hold(page, "**/api/positions/betas");
    await page.getByRole("group", { name: "Weighed to" }).getByText("SPY").click();
    await until(async () => (await delta()) === "–", "to SPY nothing is known yet");
    assert.equal(await page.getByText("Not counted").count(), 0, "it is on its way");
    answer();
    await until(async () => /\d/.test(await delta()), "weighed to SPY");
    assert.ok(Math.abs(number(await delta()) / before) > 8, "ten times as many shares");
  });

visit("betas that do not come are told, and asked for again", WITH_POSITION, async ({ page }) => {
  await live(page);
  const delta = () => figure(page, "Delta");
  await until(async () => /\d/.test(await delta()), "weighed to SPX");
  const weigh = (symbol) =>
    page.getByRole("group", { name: "Weighed to" }).getByText(symbol).click();
  await page.route("**/api/positions/betas", (route) => route.fulfill({ body: "what?" }));
  await weigh("SPY");
  await page.getByText("1 position not weighed: ").waitFor();
  assert.equal(await delta(), "–");
  // What is chosen for the grid stays within reach.
  await page.getByRole("button", { name: "All alike" }).waitFor();
  await page.unroute("**/api/positions/betas");
  await weigh("SPX");
  await until(async () => /\d/.test(await delta()), "weighed to SPX again");
});

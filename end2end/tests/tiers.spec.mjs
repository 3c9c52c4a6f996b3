// Tiers: what a member may keep and ask, how a limit is told, and what those see who lead the desk.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joined } from "node:path";
import { test } from "node:test";

import { checkAxe, live, send, startVolaris, until } from "../desk.mjs";
import { NARROW, PASSWORD, WIDE, api, email, join, open, protect } from "../members.mjs";

const PLAN = "/plan/SPX?position=-2_SPXW_15MAR24_5000/4950P";
const LITE = { positions: 1, layouts: 1, watchlists: 2, api_keys: 1, streams: 2 };
const QUESTIONS = 12;

/** A desk with tiers, its owner, and two members. */
async function site() {
  const folder = await mkdtemp(joined(tmpdir(), "volaris-tiers-"));
  const lite = Object.entries({ ...LITE, questions_a_day: QUESTIONS });
  const lines = ["[tiers.lite]", ...lite.map(([name, limit]) => `${name} = ${limit}`)];
  await writeFile(joined(folder, "volaris.toml"), [...lines, "[tiers.pro]", ""].join("\n"));
  const server = await startVolaris({ folder });
  const ada = await protect(server);
  const [bob, cy] = [await join(server, "bob", ada), await join(server, "cy", ada)];
  const pages = [];
  return {
    server,
    ada,
    bob,
    cy,
    visit: async (path, cookie, options) => {
      pages.push(await open(server, path, cookie, options));
      return pages.at(-1);
    },
    quit: async () => {
      for (const page of pages) await page.quit();
    },
    close: async () => {
      for (const page of pages) await page.leave();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Texts as a page sends them, in postcard: the length of each, then its letters. */
const sent = (...texts) => texts.map((text) => String.fromCharCode(text.length) + text).join("");

/** Asks as the pages of the desk do. */
const askAsPage = (server, path, cookie, body) =>
  fetch(`${server.address}/api/${path}`, {
    method: "POST",
    headers: { cookie, origin: server.address, "content-type": "application/x-postcard" },
    body,
  });

/** What stands beside a name on the account's page. */
const used = async (page, name) =>
  (await page.locator(".account__limits li", { hasText: name }).locator("b").innerText()).trim();

test("a limit of a tier is reached, explained, and gone with another tier", async () => {
  const desk = await site();
  const { server, ada, bob } = desk;
  try {
    const plan = await desk.visit(PLAN, bob, WIDE);
    await live(plan);
    await plan.locator(".plan-payoff__now").waitFor();
    const keep = async (name) => {
      await plan.getByRole("button", { name: "Keep", exact: true }).click();
      await plan.getByRole("textbox", { name: "Name" }).fill(name);
      await plan.getByRole("button", { name: /^Keep as open at/ }).click();
    };
    await keep("First");
    await plan.getByText("First is kept as open.").waitFor();
    await keep("Second");
    const why = "Lite has 1 position: delete one, or ask who leads this desk for another tier";
    await plan.getByText(why).first().waitFor();
    const kept = async () =>
      JSON.parse((await api(server, "/api/v1/positions", bob)).text).positions;
    assert.equal((await kept()).length, 1);
    const refused = await api(server, "/api/v1/positions", bob, "POST", {
      position: "1 SPXW 15MAR24 5000C",
      name: "Third",
    });
    assert.deepEqual([refused.status, JSON.parse(refused.text).detail], [403, why]);
    // The one that there is can still be changed.
    const [{ id, position, paid }] = await kept();
    const renamed = { position, paid, stage: "open", name: "Renamed" };
    assert.equal((await api(server, `/api/v1/positions/${id}`, bob, "PUT", renamed)).status, 200);
    plan.complaints.length = 0;
    // Layouts and lists as well: one is kept, and replaced; no other is. There is a list at first.
    const keepLayout = (name) =>
      askAsPage(server, "layout/write", bob, sent(name, "symbol=SPX&span=5m"));
    // One change: a list of that name, without symbols.
    const keepList = (name) =>
      askAsPage(server, "watchlists/change", bob, `\u0001\u0000${sent(name)}\u0000\u0000`);
    for (const [keep, has] of [[keepLayout, "1 layout"], [keepList, "2 watchlists"]]) {
      for (const name of ["One", "One"]) assert.equal((await keep(name)).status, 200, has);
      const more = await keep("Two");
      assert.equal(more.status, 403, has);
      const told = `Lite has ${has}: delete one, or ask who leads this desk for another tier`;
      assert.ok((await more.text()).includes(told), told);
    }

    const account = await desk.visit("/account", bob, NARROW);
    await account.getByRole("heading", { name: "Tier: Lite" }).waitFor();
    assert.equal(await used(account, "positions"), "1 of 1");
    assert.equal(await used(account, "layouts"), "1 of 1");
    assert.equal(await used(account, "watchlists"), "2 of 2");
    assert.equal(await used(account, "open live pages"), "1 of 2");
    assert.equal(await used(account, "questions of programs"), `4 of ${QUESTIONS}`);
    await checkAxe(account);
    // One key, and no second.
    const fields = { name: "Robot", scope: "read", present: PASSWORD };
    const make = () => send(server, "/account/keys", fields, bob);
    assert.equal((await make()).status, 200);
    assert.equal((await make()).to, "/settings/programs?problem=key-limit");
    await account.goto(`${server.address}/settings/programs?problem=key-limit`);
    await account.getByRole("alert").filter({ hasText: "no room for another key" }).waitFor();

    // Ada is limited by nothing, and gives Bob more.
    for (const name of ["One", "Two"]) {
      const body = { position: "1 SPXW 15MAR24 5000C", name };
      assert.equal((await api(server, "/api/v1/positions", ada, "POST", body)).status, 201, name);
    }
    const people = await desk.visit("/people", ada, NARROW);
    await people.getByText(/^Member Lite since .*/).first().waitFor();
    const wide = await people.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide}`);
    await checkAxe(people);
    await people.getByLabel("Tier: bob@example.com", { exact: true }).selectOption("Pro");
    await people.getByRole("button", { name: "Give Tier: bob@example.com" }).tap();
    await people.getByText(/^Member Pro since .*/).waitFor();
    await keep("Second");
    await plan.getByText("Second is kept as open.").waitFor();
    for (const keep of [keepLayout, keepList]) assert.equal((await keep("Two")).status, 200);
    await account.goto(`${server.address}/settings/security`);
    await account.getByText("Was given another tier").waitFor();
    await account.goto(`${server.address}/settings/profile`);
    await account.getByRole("heading", { name: "Tier: Pro" }).waitFor();
    await desk.quit();
  } finally {
    await desk.close();
  }
});

test("programs ask as often in a day as the tier has, across restarts", async () => {
  const desk = await site();
  const { cy } = desk;
  let { server } = desk;
  try {
    const ask = async () => (await api(server, "/api/v1/levels/SPX", cy)).status;
    for (let n = 0; n < QUESTIONS / 2; n += 1) assert.equal(await ask(), 200, `${n}`);
    await server.stop({ keepFolder: true });
    const listen = server.address.replace("http://", "");
    server = await startVolaris({ folder: server.folder, listen });
    for (let n = QUESTIONS / 2; n < QUESTIONS; n += 1) assert.equal(await ask(), 200, `${n}`);
    const { status, text } = await api(server, "/api/v1/levels/SPX", cy);
    assert.equal(status, 403);
    const why = /^Lite has 12 questions of programs a day: go on tomorrow/;
    assert.match(JSON.parse(text).detail, why);
    // The screens are no programs: they go on, and ask for another symbol's levels.
    const page = await open(server, "/chart/SPX", cy, WIDE);
    await live(page);
    assert.equal((await askAsPage(server, "levels/read", cy, sent("QQQ"))).status, 200);
    await page.quit();
  } finally {
    await server.stop({ keepFolder: true }).catch(() => {});
    await desk.close();
  }
});

test("who leads the desk sees what is used, by whom and when, and how the machine is", async () => {
  const desk = await site();
  const { server, ada, bob } = desk;
  try {
    const chart = await desk.visit("/chart/SPX", bob, WIDE);
    await live(chart);
    for (let n = 0; n < 3; n += 1) await api(server, "/api/v1/levels/SPX", bob);
    const page = await desk.visit("/people/usage", ada, WIDE);
    const plot = (name) => page.getByRole("img", { name: new RegExp(`^${name}: `) });
    const told = async (name) => plot(name).getAttribute("aria-label");
    assert.equal(await told("People here"), "People here: 2 today, 2 in all, at most 2 a day");
    assert.match(await told("Questions of programs"), /: 3 today, 3 in all, at most 3 a day$/);
    const cells = async (name) =>
      page.getByRole("row", { name }).getByRole("cell").allInnerTexts();
    assert.deepEqual(await cells("bob@example.com"), ["1\n1 today", "0\n0 today", "3\n3 today"]);
    const health = page.locator(".dashboard__health div");
    const fact = (name) =>
      health.filter({ has: page.getByText(name, { exact: true }) }).locator("dd").innerText();
    assert.match(await fact("Version"), /^\d+\.\d+\.\d+$/);
    for (const name of ["Memory", "Left on the disk"]) {
      assert.match(await fact(name), /^\d+\.\d [MG]B$/, name);
    }
    assert.match(await fact("Database"), /^SQLite 3\.\d+\.\d+, tables of version \d+, .* ms$/);
    assert.equal(await fact("Live streams open"), "1");
    assert.equal(await fact("Markets being played"), "2 moving, 0 resting");
    assert.equal(await fact("Feeds"), "2 practice");
    assert.equal(await page.getByText("Mails waiting").count(), 0, "none are sent here");
    await page.getByText("The same in numbers, by day").click();
    const days = page.getByRole("region", { name: "By day" }).getByRole("row");
    assert.equal(await days.count(), 31);
    assert.match(await days.nth(1).innerText(), /\t2\t\d\t0\t3$/);
    await checkAxe(page);
    // One person's days.
    await page.getByRole("link", { name: "bob@example.com" }).click();
    await until(async () => /: 1 today, 1 in all/.test(await told("People here")), "his alone");
    const phone = await desk.visit("/people/usage", ada, NARROW);
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide}`);
    await checkAxe(phone);
    assert.equal((await api(server, "/people/usage", bob)).status, 403);
    await desk.quit();
  } finally {
    await desk.close();
  }
});

test("more live pages than a tier has are refused with a word", async () => {
  const desk = await site();
  const { server, cy } = desk;
  try {
    const pages = [];
    for (let n = 0; n < LITE.streams; n += 1) {
      pages.push(await desk.visit("/chart/SPX", cy, WIDE));
      await live(pages[n]);
    }
    const third = await desk.visit("/chart/SPX", cy, WIDE);
    const why = "Lite has 2 open live pages and streams: close a tab";
    await third.locator(".toast", { hasText: why }).waitFor();
    await third.locator('.feed-age[data-state="lost"]').waitFor();
    const account = await desk.visit("/account", cy, WIDE);
    assert.equal(await used(account, "open live pages"), "2 of 2");
    // With one closed it goes on by itself.
    await pages[0].close();
    await live(third);
    assert.equal(server.process.exitCode, null);
    await desk.quit();
  } finally {
    await desk.close();
  }
});

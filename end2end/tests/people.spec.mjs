// Several people on one desk: asked in, each with things of their own, led, shut out.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";

import { checkAxe, live, send, startVolaris, until } from "../desk.mjs";
import { NARROW, PASSWORD, WIDE, api, email, join, open, protect } from "../members.mjs";

/** The files of an archive, as text, by their names (APPNOTE 4.3). */
function unzip(bytes) {
  const files = {};
  let at = bytes.readUInt32LE(bytes.lastIndexOf("PK\x05\x06") + 16);
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const packed = bytes.readUInt32LE(at + 20);
    const [named, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const body = bytes.subarray(from, from + packed);
    const isPlain = bytes.readUInt16LE(at + 10) === 0;
    const name = bytes.subarray(at + 46, at + 46 + named).toString();
    files[name] = (isPlain ? body : inflateRawSync(body)).toString();
    at += 46 + named + extra + comment;
  }
  return files;
}

test("somebody is asked in, joins, leads others, and shuts one out", async () => {
  const server = await startVolaris();
  const ada = await protect(server);
  const pages = [];
  const visit = async (path, cookie, options) => {
    pages.push(await open(server, path, cookie, options));
    return pages.at(-1);
  };
  try {
    // Ada asks Bob in, as an admin.
    const people = await visit("/account", ada, WIDE);
    await people.getByRole("link", { name: "People" }).click();
    await people.getByRole("heading", { name: "People", exact: true }).waitFor();
    await people.getByText(/^Owner since .* · last seen .*, 1 browser · password alone$/).waitFor();
    await checkAxe(people);
    await people.getByLabel("E-mail").fill(" Bob@Example.com");
    await people.getByLabel("As").selectOption("Admin");
    await people.getByRole("button", { name: "Make an invitation" }).click();
    await people.getByRole("heading", { name: "Invitation" }).waitFor();
    await checkAxe(people);
    const facts = await people.locator(".account__facts code").allInnerTexts();
    assert.deepEqual(facts.slice(0, 2), [`${server.address}/join`, email("bob")]);
    assert.match(facts[2], /^([a-z2-9]{4}-){5}[a-z2-9]{4}$/);
    await people.getByRole("link", { name: "I have told them" }).click();
    await people.getByText(/^Admin, by ada@example\.com, until /).waitFor();

    // Bob joins, by the address that he was told.
    const bob = await visit("/join", null, NARROW);
    await bob.getByRole("heading", { name: "Join this desk" }).waitFor();
    await checkAxe(bob);
    const fill = async (code, password) => {
      await bob.getByLabel("E-mail").fill("BOB@example.com");
      await bob.getByLabel("Code").fill(code);
      await bob.getByLabel(/^Password/).fill(password);
      await bob.getByRole("button", { name: "Join" }).tap();
    };
    await fill("aaaa-bbbb-cccc-dddd-eeee", PASSWORD);
    await bob.getByRole("alert").filter({ hasText: "not one for this e-mail address" }).waitFor();
    await fill(facts[2].toUpperCase(), PASSWORD);
    await live(bob);
    await bob.goto(`${server.address}/people`);
    await bob.getByRole("heading", { name: "People", exact: true }).waitFor();
    assert.deepEqual(await bob.getByLabel("As").locator("option").allInnerTexts(), ["Member"]);
    assert.equal(await bob.getByRole("button", { name: /ada@/ }).count(), 0, "she leads him");
    await checkAxe(bob);
    const wide = await bob.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide}`);

    // A member is nobody's lead, and is shut out while the desk is open.
    const cy = await join(server, "cy", ada);
    const desk = await visit("/account", cy, NARROW);
    assert.equal(await desk.getByRole("link", { name: "People" }).count(), 0);
    for (const path of ["/people", "/people/log"]) {
      assert.equal((await api(server, path, cy)).status, 403, path);
    }
    await desk.getByRole("link", { name: "Back to the desk" }).tap();
    await live(desk);
    await bob.reload();
    await bob.getByRole("button", { name: "Shut out: cy@example.com" }).tap();
    await bob.getByText(/^Member since .* · shut out · password alone$/).waitFor();
    await desk.getByRole("heading", { name: "Sign in" }).waitFor({ timeout: 15_000 });
    const again = () =>
      send(server, "/account/sign-in", { email: email("cy"), password: PASSWORD });
    assert.equal((await again()).to, "/sign-in?problem=wrong&next=%2F");
    await bob.getByRole("button", { name: "Let in: cy@example.com" }).tap();
    await bob.getByText(/^Member since .* · signed in nowhere/).waitFor();
    assert.equal((await again()).to, "/");

    // Ada makes Bob a member again: he leads nobody from then on.
    await people.reload();
    await people.getByRole("button", { name: "Make member: bob@example.com" }).click();
    await people.getByRole("button", { name: "Make admin: bob@example.com" }).waitFor();
    assert.equal((await bob.reload()).status(), 403);
    await bob.getByRole("heading", { name: "This cannot be shown" }).waitFor();
    await bob.getByText("Only the owner and admins of this desk see who is on it.").waitFor();
    await checkAxe(bob);
    await people.getByRole("link", { name: "Audit log" }).click();
    await people.getByRole("heading", { name: "Audit log" }).waitFor();
    await checkAxe(people);
    const log = await people.locator(".account__happened li").allInnerTexts();
    const told = log.map((text) => text.split("\n")[0].trim());
    for (const entry of [
      "ada@example.com Made a member of: bob@example.com",
      "bob@example.com Shut out: cy@example.com",
      "bob@example.com Joined",
      "ada@example.com Asked somebody in",
    ]) {
      assert.ok(told.includes(entry), `${entry} is not in ${told}`);
    }
    // The browser itself complains of what it was refused.
    for (const page of [bob, desk]) page.complaints.length = 0;
    for (const page of pages) await page.quit();
  } finally {
    for (const page of pages) await page.leave();
    await server.stop();
  }
});

test("somebody takes everything along, and deletes it", async () => {
  const server = await startVolaris();
  const ada = await protect(server);
  const bob = await join(server, "bob", ada);
  const page = await open(server, "/settings/data", bob, NARROW);
  try {
    const position = { position: "-1 SPXW 15MAR24 5000P", stage: "planned", name: "=1+1" };
    for (const cookie of [ada, bob]) {
      assert.equal((await api(server, "/api/v1/positions", cookie, "POST", position)).status, 201);
    }
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download all of it" }).tap();
    const file = await saving;
    assert.match(file.suggestedFilename(), /^volaris-\d{4}-\d\d-\d\d\.zip$/);
    const files = unzip(await readFile(await file.path()));
    const names = Object.keys(files);
    const csv = files["csv/position.csv"];
    const account = JSON.parse(files["json/account.json"]);
    assert.equal(names.length, 1 + 2 * 26);
    assert.equal(csv.trim().split("\r\n").length, 2, "his, and nobody else's");
    assert.match(csv, /'=1\+1,'-1 SPXW 15MAR24 5000P/);
    assert.deepEqual([account.length, account[0].email], [1, email("bob")]);
    assert.ok(!("password" in account[0]), Object.keys(account[0]));

    const remove = async (page, password) => {
      await page.getByText("Delete the account and all of it").click();
      await page.getByLabel("Password, to delete everything").fill(password);
      await page.getByRole("button", { name: "Delete everything" }).click();
    };
    await remove(page, "wrong horse battery");
    await page.getByRole("alert").filter({ hasText: "not your password" }).waitFor();
    await checkAxe(page);
    await page.goto(`${server.address}/settings/security`);
    await page.getByText("Downloaded everything").waitFor();
    await page.goto(`${server.address}/settings/data`);
    // Who owns a desk with others on it does not leave it to nobody.
    const hers = await open(server, "/settings/data", ada, WIDE);
    try {
      await remove(hers, PASSWORD);
      await hers.getByRole("alert").filter({ hasText: "Others are on this desk" }).waitFor();
      await remove(page, PASSWORD);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      assert.equal((await api(server, "/api/v1/positions", bob)).status, 401);
      const again = { email: email("bob"), password: PASSWORD };
      assert.equal((await send(server, "/account/sign-in", again)).to.split("?")[0], "/sign-in");
      const left = JSON.parse((await api(server, "/api/v1/positions", ada)).text).positions;
      assert.deepEqual(left.map((one) => one.name), ["=1+1"]);
      // The last one leaves a desk as it was before the first.
      await remove(hers, PASSWORD);
      await hers.waitForURL(`${server.address}/**`);
      const fresh = await fetch(`${server.address}/api/v1/positions`);
      assert.deepEqual((await fresh.json()).positions, []);
      await hers.quit();
    } finally {
      await hers.leave();
    }
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

test("nobody sees what another keeps, or where their market stands", async () => {
  const server = await startVolaris();
  try {
    const ada = await protect(server);
    const bob = await join(server, "bob", ada);
    const position = { position: "1 SPXW 15MAR24 5000C", stage: "planned", name: "Hers" };
    const kept = await api(server, "/api/v1/positions", ada, "POST", position);
    assert.equal(kept.status, 201);
    const { id } = JSON.parse(kept.text);
    assert.deepEqual(JSON.parse((await api(server, "/api/v1/positions", bob)).text).positions, []);
    for (const [method, body] of [["PUT", { ...position, name: "His" }], ["DELETE"]]) {
      const answer = await api(server, `/api/v1/positions/${id}`, bob, method, body);
      assert.equal(answer.status, 404, method);
    }
    const [own] = JSON.parse((await api(server, "/api/v1/positions", ada)).text).positions;
    assert.equal(own.name, "Hers");
    // Each has a market of their own: as many jumps, and another hour.
    const pages = [];
    try {
      for (const cookie of [ada, bob]) pages.push(await open(server, "/chart/SPX", cookie, WIDE));
      for (const page of pages) await live(page);
      const next = async (page, times) => {
        for (let time = 0; time < times; time += 1) {
          await page.keyboard.press("Control+k");
          await page.locator(".palette__field").fill("next open");
          await page.keyboard.press("Enter");
          await page.locator(".palette__field").waitFor({ state: "hidden" });
        }
      };
      await next(pages[0], 2);
      const day = async (cookie) =>
        JSON.parse((await api(server, "/api/v1/market/status", cookie)).text).day;
      await until(async () => (await day(ada)) === "2024-02-29", "hers goes on");
      assert.equal(await day(bob), "2024-02-27", "his stays");
      const [hers, his] = await Promise.all(
        [ada, bob].map((cookie) => api(server, "/api/v1/levels/SPX", cookie)),
      );
      assert.notEqual(hers.tag, his.tag);
      assert.notEqual(JSON.parse(hers.text).as_of, JSON.parse(his.text).as_of);
      for (const page of pages) await page.quit();
    } finally {
      for (const page of pages) await page.leave();
    }
  } finally {
    await server.stop();
  }
});

test("the owner hands the desk over, and leads no admin any more", async () => {
  const server = await startVolaris();
  const pages = [];
  try {
    const ada = await protect(server);
    const bob = await join(server, "bob", ada);
    for (const cookie of [ada, bob]) pages.push(await open(server, "/account", cookie, NARROW));
    const [hers, his] = pages;
    await hers.getByRole("link", { name: "People" }).tap();
    await hers.getByText("Make somebody else its owner").tap();
    await checkAxe(hers);
    const give = async (password) => {
      await hers.getByLabel("New owner").selectOption(email("bob"));
      await hers.getByLabel("Your password").fill(password);
      await hers.getByRole("button", { name: "Hand the desk over" }).tap();
    };
    await give("wrong horse battery");
    await hers.getByRole("alert").filter({ hasText: "not your password" }).waitFor();
    await hers.getByText("Make somebody else its owner").tap();
    await give(PASSWORD);
    await hers.getByText(/^Owner since .*/).waitFor();
    assert.match(await hers.locator("li", { hasText: email("bob") }).innerText(), /\nOwner since/);
    assert.match(await hers.locator("li", { hasText: email("ada") }).innerText(), /\nAdmin since/);
    assert.equal(await hers.getByText("Make somebody else its owner").count(), 0);
    await his.goto(`${server.address}/people`);
    await his.getByRole("button", { name: "Make member: ada@example.com" }).waitFor();
    await his.goto(`${server.address}/settings/security`);
    await his.getByText("Was handed the desk over").waitFor();
    // She asks for it again, and is refused: it is his to give. That is written down.
    const { status } = await send(server, "/people/hand-over", { id: "x", present: PASSWORD }, ada);
    assert.equal(status, 403);
    const written = () => /"refused: 403 Forbidden".*"\/people\/hand-over"/.test(server.log());
    await until(written, "what is refused is written down");
    assert.ok(!server.log().includes("@example.com"), "without anybody's address");
    for (const page of pages) await page.quit();
  } finally {
    for (const page of pages) await page.leave();
    await server.stop();
  }
});

// Keys for programs: made once, ended at once, and good for no more than was allowed.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { checkAxe, cookieOf, openPage, send, startVolaris, until } from "../desk.mjs";
import * as members from "../members.mjs";
import { openStream } from "../stream.mjs";

const FIELDS = { email: "ada@example.com", password: "correct horse battery" };

/** The value of the cookie of who protected the desk. */
async function protect(server) {
  const { set } = await send(server, "/account/protect", FIELDS);
  return cookieOf(set).slice("sid=".length);
}

const ask = (server, key, path, method = "GET", body) =>
  fetch(`${server.address}${path}`, {
    method,
    redirect: "manual",
    headers: {
      authorization: `Bearer ${key}`,
      ...(body && { "content-type": "application/json" }),
    },
    body: body && JSON.stringify(body),
  });

/** Opens the stream with a key. */
const listen = (server, key) =>
  openStream(server, { headers: { authorization: `Bearer ${key}` } });

test("a program asks with a key, as far as it may, until the key is ended", async () => {
  const server = await startVolaris();
  const look = { width: 390, height: 844, theme: "light", touch: true };
  const cookies = { sid: await protect(server) };
  const page = await openPage({ server, path: "/settings/programs", ...look, cookies });
  try {
    const make = async (name, scope) => {
      await page.getByLabel("Name of the program").fill(name);
      await page.getByLabel("It may").selectOption(scope);
      await page.getByLabel("Password, to make a key").fill(members.PASSWORD);
      await page.getByRole("button", { name: "Make a key" }).tap();
      await page.getByRole("heading", { name: "Key for programs" }).waitFor();
      const key = await page.locator(".account__secret").innerText();
      assert.match(key, /^volaris_[a-z2-9]{26}$/);
      await checkAxe(page);
      await page.getByRole("link", { name: "I have kept it" }).tap();
      await page.getByRole("heading", { name: "Programs", exact: true }).waitFor();
      return key;
    };
    const reader = await make("A reader <b>", "read");
    await page.getByText(`Reads · …${reader.slice(-4)} · since `).waitFor();
    await page.getByText(/never used$/).waitFor();
    const writer = await make("A writer", "write");
    await checkAxe(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide}`);

    const status = async (...asked) => (await ask(server, ...asked)).status;
    const position = { position: "1 SPXW 15MAR24 5000C", stage: "planned", name: "Robot" };
    assert.equal(await status(reader, "/api/v1/levels/SPX"), 200);
    assert.equal(await status(reader, "/api/v1/position", "POST", { position: "1 SPY" }), 200);
    const refused = await ask(server, reader, "/api/v1/positions", "POST", position);
    assert.equal(refused.status, 403);
    assert.match((await refused.json()).detail, /reads and changes nothing/);
    // Asked twice with the same name, it is kept once.
    const once = async (name, body) => {
      const answer = await fetch(`${server.address}/api/v1/positions`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${writer}`,
          "content-type": "application/json",
          "idempotency-key": name,
        },
        body: JSON.stringify(body),
      });
      return [answer.status, answer.headers.get("idempotent-replayed"), await answer.json()];
    };
    const [first, again] = [await once("robot-1", position), await once("robot-1", position)];
    assert.deepEqual([first[0], first[1], again[0], again[1]], [201, null, 201, "true"]);
    assert.equal(first[2].id, again[2].id);
    const other = await once("robot-1", { ...position, name: "Another" });
    assert.equal(other[0], 422);
    assert.match(other[2].detail, /take a new one/);
    assert.equal((await once("a name", position))[0], 400);
    const kept = await (await ask(server, reader, "/api/v1/positions")).json();
    assert.deepEqual(kept.positions.map((one) => one.name), ["Robot"]);
    // What it was not made for, and what is no key.
    for (const path of ["/account", "/settings/programs", "/people", "/chart/SPX"]) {
      assert.notEqual(await status(writer, path), 200, path);
    }
    for (const key of ["", "volaris_", `${reader}a`, reader.toUpperCase(), cookies.sid]) {
      assert.equal(await status(key, "/api/v1/levels/SPX"), 401, key);
    }
    await page.reload();
    await page.getByText(/Reads · .*last used/).waitFor();

    // The secret itself is kept nowhere.
    for (const name of await readdir(server.folder)) {
      if (!name.startsWith("volaris.db")) continue;
      const bytes = await readFile(join(server.folder, name));
      assert.ok(!bytes.includes(reader), name);
    }

    const [one, nobody] = [await listen(server, reader), await listen(server, "volaris_nothing")];
    assert.deepEqual([one.status, nobody.status], [101, 401]);
    await page.getByRole("button", { name: "End A reader <b>" }).tap();
    await page.getByText("A reader <b>").waitFor({ state: "hidden" });
    await page.getByText("A writer").waitFor();
    assert.equal(await status(reader, "/api/v1/levels/SPX"), 401);
    assert.equal(await status(writer, "/api/v1/levels/SPX"), 200);
    await until(() => one.isEnded, "its stream is cut as well");
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

test("who asks too fast waits, and nobody else does", async () => {
  const server = await startVolaris();
  try {
    const ada = `sid=${await protect(server)}`;
    const bob = await members.join(server, "bob", ada);
    const status = (cookie) =>
      fetch(`${server.address}/api/v1/market/status`, { headers: { cookie } });
    // More than she is given in a second, less than he has at once.
    const askHis = () => Promise.all(Array.from({ length: 100 }, () => status(bob)));
    let his;
    const askHers = async () => {
      const answer = await status(ada);
      if (answer.status === 429) his ??= askHis();
      return answer;
    };
    const answers = await Promise.all(Array.from({ length: 500 }, askHers));
    const slowed = answers.filter((one) => one.status === 429);
    assert.ok(0 < slowed.length && slowed.length <= 200, `${slowed.length}`);
    assert.equal(slowed[0].headers.get("retry-after"), "1");
    assert.match((await slowed[0].json()).detail, /300 at once, then 30 a second/);
    assert.deepEqual([...new Set((await his).map((one) => one.status))], [200]);
    assert.equal((await fetch(`${server.address}/health`)).status, 200);
  } finally {
    await server.stop();
  }
});

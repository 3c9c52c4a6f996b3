// Programs bring a token of an issuer in the place of a key: whoever it is of is answered as
// themselves, and one answer tells of whatever is wrong with it.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { send, startVolaris, until } from "../desk.mjs";
import { keyring } from "../issuer.mjs";
import { PASSWORD, email, join as joinDesk, protect, turnFactorOn } from "../members.mjs";
import { WATCH, openStream, wordsOf } from "../stream.mjs";

const ISSUER = "https://project.supabase.example/auth/v1";
const AUDIENCE = "authenticated";
const SECRET = "a secret of thirty-two bytes and more";
const second = () => Math.floor(Date.now() / 1000);

/** What such an issuer says of Ada. */
const claims = (more = {}) => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "7d5f",
  iat: second(),
  exp: second() + 3600,
  role: "authenticated",
  email: email("ada"),
  ...more,
});

async function withDesk(lines, body) {
  const folder = await mkdtemp(join(tmpdir(), "volaris-test-"));
  const settings = `[jwt]\nissuer = "${ISSUER}"\naudience = "${AUDIENCE}"\n${lines}\n`;
  await writeFile(join(folder, "volaris.toml"), settings);
  const server = await startVolaris({ folder });
  const ask = async (token, { method = "GET", path = "/api/v1/positions", body: sent } = {}) => {
    const answer = await fetch(`${server.address}${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(sent && { "content-type": "application/json" }),
      },
      body: sent && JSON.stringify(sent),
    });
    return { status: answer.status, told: await answer.json().catch(() => null) };
  };
  try {
    const cookie = await protect(server);
    await body({ server, ask, cookie });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const refused = ({ status, told }, why) => {
  assert.equal(status, 401, why);
  // One answer, whatever is wrong: it says what to do, and nothing of who is here.
  assert.match(told.detail, /bring one of `https:\/\/project.supabase.example\/auth\/v1` for/, why);
};

test("a token of a secret that both have is somebody's", async () => {
  const ring = keyring();
  const sign = (told, how) => ring.sign(told, { alg: "HS256", key: SECRET, kid: null, ...how });
  const lines = `secret = "${SECRET}"\nemails_are_verified = true\nlink_by_email = true`;
  await withDesk(lines, async ({ server, ask, cookie }) => {
    const good = sign(claims());
    assert.equal((await ask(good)).status, 200);
    assert.equal((await ask(sign(claims({ aud: ["a", AUDIENCE] })))).status, 200);
    // Half a minute of a clock that is wrong, and no more.
    assert.equal((await ask(sign(claims({ exp: second() - 5 })))).status, 200);
    assert.equal((await ask(sign(claims({ nbf: second() + 10 })))).status, 200);
    const [head, , tail] = good.split(".");
    const [, changed] = sign(claims({ exp: second() + 9_999 })).split(".");
    const bad = {
      "it has expired": sign(claims({ exp: second() - 60 })),
      "it never ends": sign({ ...claims(), exp: undefined }),
      "its end is a word": sign(claims({ exp: "never" })),
      "it does not count yet": sign(claims({ nbf: second() + 120 })),
      "it is for another": sign(claims({ aud: "anon" })),
      "it is for nobody": sign({ ...claims(), aud: undefined }),
      "it is of another": sign(claims({ iss: "https://evil.example" })),
      "it is of nobody": sign({ ...claims(), iss: undefined }),
      "it has no subject": sign({ ...claims(), sub: undefined }),
      "nobody signed it": ring.sign(claims(), { alg: "none", key: null }),
      "another secret signed it": sign(claims(), { key: `${SECRET}.` }),
      "a key signed it": ring.sign(claims()),
      "it is of a stranger": sign(claims({ email: email("eve") })),
      "it has no address": sign({ ...claims(), email: undefined }),
      "its address is not proved": sign(claims({ email_verified: false })),
      "it was changed": [head, changed, tail].join("."),
      "it is no token": "a.b.c",
      "it is longer than any": sign(claims({ more: "x".repeat(9_000) })),
    };
    for (const [why, token] of Object.entries(bad)) refused(await ask(token), why);
    // It reads, until the owner says more; and it opens nothing that is for people.
    const kept = { position: "1 SPXW 15MAR24 5000C", stage: "planned", name: "X" };
    assert.equal((await ask(good, { method: "POST", body: kept })).status, 403);
    assert.equal((await ask(good, { path: "/account" })).status, 401);
    assert.equal((await ask(null)).status, 401);
    // A key is a key.
    const key = await ask("volaris_nothing");
    assert.match(key.told.detail, /this key was ended/);
    // An address is one factor; whoever has two connects the issuer first.
    await turnFactorOn(server, cookie);
    refused(await ask(good), "she has a second factor");
    for (const hidden of [good, SECRET, email("ada")]) {
      assert.ok(!server.log().includes(hidden), `the log has ${hidden}`);
    }
    assert.match(server.log(), /a token was refused: it cannot be trusted: it has expired/);
  });
});

test("an address opens nothing by a token without the owner, nor once it was changed", async () => {
  const ring = keyring();
  const token = ring.sign(claims(), { alg: "HS256", key: SECRET, kid: null });
  const lines = `secret = "${SECRET}"\nemails_are_verified = true`;
  await withDesk(lines, async ({ ask }) => refused(await ask(token), "it is nobody's yet"));
  await withDesk(`${lines}\nlink_by_email = true`, async ({ server, ask, cookie }) => {
    assert.equal((await ask(token)).status, 200);
    const fields = { email: email("eve"), present: PASSWORD };
    await send(server, "/settings/profile/email", fields, cookie);
    const how = { alg: "HS256", key: SECRET, kid: null };
    const taken = ring.sign(claims({ email: email("eve") }), how);
    refused(await ask(taken), "she may have written anybody's");
  });
});

test("a token opens the stream as long as it counts, and no other does", async () => {
  const ring = keyring();
  const sign = (told, how) => ring.sign(told, { alg: "HS256", key: SECRET, kid: null, ...how });
  const lines = `secret = "${SECRET}"\nemails_are_verified = true\nlink_by_email = true`;
  await withDesk(lines, async ({ server, cookie }) => {
    const listen = (token) => {
      const headers = token && { authorization: `Bearer ${token}` };
      return openStream(server, { headers, say: [WATCH] });
    };
    const words = await wordsOf(await listen(sign(claims())));
    assert.ok("Status" in words[0]);
    assert.ok(words.some((word) => "Snapshot" in word));
    assert.ok(0 < words.flatMap((word) => word.Updates?.updates ?? []).length);
    const bad = {
      "it has expired": sign(claims({ exp: second() - 60 })),
      "it is of another": sign(claims({ iss: "https://evil.example" })),
      "it is for another": sign(claims({ aud: "anon" })),
      "another secret signed it": sign(claims(), { key: `${SECRET}.` }),
      "a key signed it": ring.sign(claims()),
      "it is of a stranger": sign(claims({ email: email("eve") })),
      "there is none": undefined,
    };
    for (const [why, token] of Object.entries(bad)) {
      assert.equal((await listen(token)).status, 401, why);
    }
    // What goes on ends with its token, and with its person.
    await joinDesk(server, "bob", cookie);
    const his = (more) => sign(claims({ sub: "bob", email: email("bob"), ...more }));
    // Half a minute of a clock that is wrong is borne: a third of it is left.
    const [hers, short, long] = await Promise.all(
      [sign(claims()), his({ exp: second() - 20 }), his()].map(listen),
    );
    assert.deepEqual([hers, short, long].map((one) => one.status), [101, 101, 101]);
    const untilEnded = async (stream, why) => {
      await until(() => stream.isEnded, why, { seconds: 30 });
      assert.deepEqual(stream.words.at(-1), { Refused: { why: "signed out" } }, why);
    };
    await untilEnded(short, "its token ended");
    assert.ok(!long.isEnded, "another's did not");
    const shown = await fetch(`${server.address}/people`, { headers: { cookie } });
    const people = await shown.text();
    const id = /name="id" value="([^"]*)"/.exec(people.slice(people.indexOf(email("bob"))))[1];
    assert.equal((await send(server, "/people/suspend", { id }, cookie)).to, "/people");
    await untilEnded(long, "he is shut out");
    assert.equal((await listen(his())).status, 401);
    assert.ok(!hers.isEnded, "she is not");
    hers.close();
  });
});

const KEYS =
  "a token of a key that the issuer publishes is somebody's, and keys are asked for seldom";

test(KEYS, async () => {
  const ring = keyring();
  let asked = 0;
  const began = Date.now();
  const keys = createServer((_, response) => {
    asked += 1;
    response.setHeader("content-type", "application/json");
    const set = ring.jwks();
    set.keys.push({ kty: "OKP", crv: "X25519", x: "AAAA", kid: "odd" });
    response.end(JSON.stringify(set));
  });
  await new Promise((resolve) => keys.listen(0, "127.0.0.1", resolve));
  const lines = `jwks = "http://127.0.0.1:${keys.address().port}/keys"\nscope = "write"\n`
    + "link_by_email = true";
  try {
    await withDesk(lines, async ({ ask, server, cookie }) => {
      const proved = (more) => claims({ email_verified: true, ...more });
      for (const kid of ["rsa-1", "ec-1"]) {
        assert.equal((await ask(ring.sign(proved(), { kid }))).status, 200, kid);
      }
      assert.equal((await ask(ring.sign(proved(), { kid: null, key: ring.keys["ec-1"] }))).status,
        200, "without a name every key is tried");
      const most = () => 1 + Math.floor((Date.now() - began) / 60_000);
      assert.ok(asked <= most(), `keys are kept: ${asked}`);
      const other = { ...generateKeyPairSync("rsa", { modulusLength: 2048 }), kind: "rsa" };
      const pem = ring.keys["rsa-1"].publicKey.export({ type: "spki", format: "pem" });
      const bad = {
        "what all know is no secret": ring.sign(proved(), { alg: "HS256", key: pem }),
        "nobody signed it": ring.sign(proved(), { alg: "none", key: null }),
        "another key signed it": ring.sign(proved(), { key: other }),
        "nobody knows its key": ring.sign(proved(), { kid: "rsa-9", key: other }),
        "its key is of another kind": ring.sign(proved(), {
          kid: "ec-1", alg: "RS256", key: other,
        }),
        "its own key is in it": ring.sign(proved(), {
          kid: "rsa-9", key: other, header: { jwk: other.publicKey.export({ format: "jwk" }) },
        }),
        "its address is not proved": ring.sign(claims()),
        "its person says so": ring.sign(claims({ user_metadata: { email_verified: true } })),
        "it has expired": ring.sign(proved({ exp: second() - 60 })),
      };
      for (const [why, token] of Object.entries(bad)) refused(await ask(token), why);
      for (let tries = 0; tries < 20; tries += 1) {
        refused(await ask(ring.sign(proved(), { kid: `new-${tries}`, key: other })));
      }
      assert.ok(asked <= most(), `once a minute, whatever they name: ${asked}`);
      const kept = { position: "1 SPXW 15MAR24 5000C", stage: "planned", name: "By a token" };
      const token = ring.sign(proved());
      assert.equal((await ask(token, { method: "POST", body: kept })).status, 201);
      const bob = await joinDesk(server, "bob", cookie);
      const his = await fetch(`${server.address}/api/v1/positions`, { headers: { cookie: bob } });
      assert.deepEqual((await his.json()).positions, []);
      const hers = await ask(token);
      assert.deepEqual(hers.told.positions.map((one) => one.name), ["By a token"]);
    });
  } finally {
    keys.close();
  }
});

// The log has no secret, however much it tells: each kind of them is given to a desk that writes
// down all it can, and looked for in every way that it might stand there.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { cookieOf, freePort, startVolaris, until } from "../desk.mjs";
import { startMailServer } from "../mail_server.mjs";
import { api, email, invite } from "../members.mjs";
import { codeOf } from "../second_factor.mjs";

const TOKEN = "velvet anchor parade 71";
const KEY = randomBytes(32);
const FIRST = "copper lantern mosaic";
const SECOND = "amber turnstile fjord";
const THIRD = "marble drum quay";
const MISTYPED = "coper lantren mosaic";
const HUSHED = "h0shed-at-the-quay";

let networks = 0;

/** Sends a form from a network of its own: tries are counted for each. */
async function tell(server, at, fields, cookie) {
  networks += 1;
  const answer = await fetch(`${server.address}${at}`, {
    method: "POST",
    redirect: "manual",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
      "x-forwarded-for": `203.0.113.${networks}`,
      ...(cookie && { cookie }),
    },
    body: new URLSearchParams(fields).toString(),
  });
  const { headers } = answer;
  return { to: headers.get("location"), set: headers.get("set-cookie"), text: await answer.text() };
}

/** As it is, as a form or an address has it, as code writes bytes down, and without its dashes. */
const waysOf = (secret) => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams([["", secret]]).toString().slice(1),
  [...Buffer.from(secret)].join(", "),
  secret.replaceAll("-", ""),
];

/** Makes somebody the first account, with another password and a second factor; what that took. */
async function setUp(server) {
  const ada = { email: email("ada"), password: FIRST };
  assert.match((await tell(server, "/account/set-up", { ...ada, token: MISTYPED })).to, /=token/);
  const made = await tell(server, "/account/set-up", { ...ada, token: TOKEN });
  assert.equal(made.to, "/account");
  const cookie = cookieOf(made.set);
  const wrong = await tell(server, "/account/sign-in", { ...ada, password: MISTYPED });
  assert.match(wrong.to, /problem=wrong/);
  const other = cookieOf((await tell(server, "/account/sign-in", ada)).set);
  const change = { present: FIRST, password: SECOND };
  assert.match((await tell(server, "/account/password", change, cookie)).to, /done=password/);
  await tell(server, "/account/second-factor/begin", { present: SECOND }, cookie);
  const { text } = await api(server, "/account/second-factor", cookie);
  const secret = /class="account__secret">([A-Z2-7 ]+)</.exec(text)[1].replaceAll(" ", "");
  const code = codeOf(secret);
  const shown = await tell(server, "/account/second-factor/confirm", { code }, cookie);
  const recovery = [...shown.text.matchAll(/<code>([a-z2-9]{5}-[a-z2-9]{5})</g)];
  assert.equal(recovery.length, 10, shown.text);
  return { cookie, other, secret, code, recovery: recovery.map(([, one]) => one) };
}

/** Signs in with both factors, by the app and by a recovery code. */
async function signIn(server, { secret, recovery }) {
  const later = codeOf(secret, 1);
  const cookies = [];
  for (const code of [later, recovery[0]]) {
    const fields = { email: email("ada"), password: SECOND, code };
    const { to, set } = await tell(server, "/account/sign-in", fields);
    assert.equal(to, "/");
    cookies.push(cookieOf(set));
  }
  return { later, cookies };
}

/** A key for programs, which was used. */
async function useKey(server, cookie) {
  const fields = { name: "A robot", scope: "read", present: SECOND };
  const { text } = await tell(server, "/account/keys", fields, cookie);
  const [key] = /volaris_[a-z2-9]{26}/.exec(text);
  const headers = { authorization: `Bearer ${key}` };
  assert.equal((await fetch(`${server.address}/api/v1/levels/SPX`, { headers })).status, 200);
  return key;
}

/** The code of an invitation, and the cookie of who joined by it. */
async function askIn(server, cookie) {
  const code = await invite(server, "bob", cookie);
  const fields = { email: email("bob"), code, password: FIRST };
  const joined = await tell(server, "/account/join", fields);
  assert.equal(joined.to, "/");
  return { invitation: code, bob: cookieOf(joined.set) };
}

/** The code by which a password was set anew. */
async function setAnew(server, post) {
  await tell(server, "/account/forgot", { email: email("bob") });
  const { text } = await post.mail(email("bob"), /code for a new password/);
  const code = /^ {4}([a-z2-9]{4}(?:-[a-z2-9]{4}){3})$/m.exec(text)[1];
  const fields = { email: email("bob"), code, password: THIRD };
  assert.match((await tell(server, "/account/reset", fields)).to, /^\/sign-in/);
  return code;
}

test("the log has no secret, however much it tells", async () => {
  const post = await startMailServer();
  let log = "";
  const server = await startVolaris({
    env: {
      ...post.env,
      VOLARIS_LOG: "trace",
      VOLARIS_PROXIES: "127.0.0.1",
      VOLARIS_KEY: KEY.toString("hex"),
      VOLARIS_SETUP_TOKEN: TOKEN,
    },
    hear: (text) => (log += text),
  });
  let secrets;
  let codes;
  try {
    const { cookie, other, secret, code, recovery } = await setUp(server);
    const { later, cookies } = await signIn(server, { secret, recovery });
    const key = await useKey(server, cookie);
    const { invitation, bob } = await askIn(server, cookie);
    const reset = await setAnew(server, post);
    const sids = [cookie, other, ...cookies, bob].map((one) => one.slice("sid=".length));
    const given = [TOKEN, KEY.toString("hex"), FIRST, SECOND, THIRD, MISTYPED];
    secrets = [...given, secret, ...recovery, key, invitation, reset, ...sids];
    codes = [code, later];
  } finally {
    await server.stop();
    await post.stop();
  }
  await until(() => server.process.stderr.readableEnded, "the log does not end");
  // It did tell much: of sessions, and of statements without their values.
  assert.match(log, /"level":"TRACE"/);
  assert.match(log, /"level":"DEBUG".*insert into sign_ins?\b/i);
  const lineWith = (told) => log.split("\n").find((line) => line.includes(told));
  for (const told of [...secrets.flatMap(waysOf), [...KEY].join(", ")]) {
    assert.equal(lineWith(told), undefined, `the log has ${told}`);
  }
  // Six digits stand in many a moment and number by chance: here, where they are told as a code.
  for (const told of codes) assert.doesNotMatch(log, new RegExp(`code\\W{0,4}${told}`, "i"));
});

test("nor has it the password of a database that cannot be reached", async () => {
  const place = `127.0.0.1:${await freePort()}/volaris`;
  let log = "";
  const env = { VOLARIS_LOG: "trace", VOLARIS_DATABASE: `postgres://volaris:${HUSHED}@${place}` };
  const started = startVolaris({ env, hear: (text) => (log += text) });
  await assert.rejects(started, /the database .* cannot be opened/);
  assert.ok(!log.includes(HUSHED), log);
});

// Signing in at an issuer: whoever it vouches for is let in where they may come, nobody takes an
// account over, and whatever is wrong with the issuer's word is refused.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { promisify } from "node:util";

import { checkAxe, openPage, send, strangersOf } from "../desk.mjs";
import { CLIENT, arrive, comeBack, keyring, leave, startBoth, walk } from "../issuer.mjs";
import {
  NARROW, PASSWORD, WIDE, email, invite, join as joinDesk, protect, turnFactorOn,
} from "../members.mjs";

const problem = (to) => new URL(to, "http://desk").searchParams.get("problem");

const accountOf = async (server, cookie) => {
  const answer = await fetch(`${server.address}/settings/security`, { headers: { cookie } });
  return { status: answer.status, text: await answer.text() };
};

test("somebody connects the issuer, and signs in there from then on", async () => {
  const both = await startBoth();
  const { issuer, server } = both;
  try {
    const cookie = await protect(server);
    for (const look of [WIDE, NARROW]) {
      const page = await openPage({ server, path: "/sign-in?next=%2Fchart%2FQQQ", ...look });
      await page.getByRole("button", { name: "Sign in with Mock" }).waitFor();
      await checkAxe(page);
      await page.quit();
    }
    const page = await openPage({ server, path: "/sign-in?next=%2Fchart%2FQQQ", ...WIDE });
    // Her account has a password: an address alone does not open it.
    await page.getByRole("button", { name: "Sign in with Mock" }).click();
    await page.getByRole("link", { name: "Continue" }).click();
    await page.getByRole("alert").filter({ hasText: "it was not connected" }).waitFor();
    await checkAxe(page);
    await page.getByLabel("E-mail").fill(email("ada"));
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(/chart\/QQQ/);
    await page.goto(`${server.address}/settings/security`);
    await page.getByLabel("Password, to connect").fill("wrong horse battery");
    await page.getByRole("button", { name: "Connect Mock" }).click();
    await page.getByRole("alert").filter({ hasText: "not your password" }).waitFor();
    await page.getByLabel("Password, to connect").fill(PASSWORD);
    await page.getByRole("button", { name: "Connect Mock" }).click();
    await page.getByRole("link", { name: "Continue" }).click();
    await page.getByText("connected since").waitFor();
    await checkAxe(page);
    await page.getByText("Connected a sign-in elsewhere").waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    // Another address there changes nothing: she is who she was.
    issuer.person = { ...issuer.person, email: "ada@elsewhere.example", email_verified: false };
    await page.goto(`${server.address}/volatility/SPX`);
    await page.getByRole("button", { name: "Sign in with Mock" }).click();
    await page.getByRole("link", { name: "Continue" }).click();
    await page.waitForURL(`${server.address}/volatility/SPX`);
    await page.goto(`${server.address}/settings/security`);
    await page.getByText(email("ada")).first().waitFor();
    await page.getByLabel("Password, to take it away").fill(PASSWORD);
    await page.getByRole("button", { name: /^Take away http/ }).click();
    await page.getByRole("button", { name: "Connect Mock" }).waitFor();
    await page.quit();
    assert.equal(issuer.complaint, undefined);
    assert.equal((await accountOf(server, cookie)).status, 200);
    const log = server.log();
    for (const secret of [CLIENT.secret, issuer.told, email("ada"), "code=", "state="]) {
      assert.ok(!log.includes(secret), `the log has ${secret}`);
    }
  } finally {
    await both.stop();
  }
});

test("who was asked in joins by the address that the issuer proved, and nobody else", async () => {
  const both = await startBoth();
  const { issuer, server } = both;
  try {
    const ada = await protect(server);
    const as = async (person, options) => {
      issuer.person = { email_verified: true, ...person };
      return walk(both, options);
    };
    const stranger = await as({ sub: "7", email: email("bob") });
    assert.equal(problem(stranger.to), "issuer-stranger");
    assert.equal(stranger.session, undefined);
    await invite(server, "bob", ada);
    const unproved = { sub: "7", email: email("bob"), email_verified: false };
    assert.equal(problem((await as(unproved)).to), "issuer-unverified");
    const unsaid = { sub: "7", email: email("bob"), email_verified: undefined };
    assert.equal(problem((await as(unsaid)).to), "issuer-unverified");
    // The issuer may keep the address where it tells of people.
    issuer.emailIn = "userinfo";
    const joined = await as({ sub: "7", email: " Bob@Example.com" });
    issuer.emailIn = "token";
    assert.equal(joined.to, "/chart/QQQ");
    const page = await accountOf(server, joined.session);
    assert.ok(page.text.includes(email("bob")) && page.text.includes("has no password"));
    // His word is his, whatever his address becomes; and the address alone is not his.
    const moved = await as({ sub: "7", email: email("ada") });
    assert.ok((await accountOf(server, moved.session)).text.includes(email("bob")));
    const heir = await as({ sub: "8", email: email("bob") });
    assert.equal(problem(heir.to), "issuer-ask");
    // Nothing fits an account without a password.
    for (const password of ["", " ", PASSWORD]) {
      const tried = await send(server, "/account/sign-in", { email: email("bob"), password });
      assert.equal(problem(tried.to), "wrong", password);
    }
    const away = { issuer: issuer.address };
    const last = await send(server, "/account/disconnect", away, joined.session);
    assert.equal(problem(last.to), "issuer-last");
    // What asks for a password says that there is none.
    const factor = "/account/second-factor/begin";
    for (const path of [factor, "/account/sign-out-others", "/account/delete"]) {
      const asked = await send(server, path, { present: "" }, joined.session);
      assert.equal(problem(asked.to), "no-password", path);
    }
    // A first password, a moment after the sign-in.
    const path = "/account/first-password";
    const weak = await send(server, path, { password: "password1" }, moved.session);
    assert.equal(problem(weak.to), "common");
    const set = await send(server, path, { password: PASSWORD }, moved.session);
    assert.equal(set.to, "/settings/security?done=password");
    const again = await send(server, path, { password: "staple a letter box" }, moved.session);
    assert.equal(problem(again.to), "stale");
    const fields = { email: email("bob"), password: PASSWORD };
    const byWord = await send(server, "/account/sign-in", fields);
    assert.equal(byWord.to, "/");
    // Shut out is shut out.
    const shown = await fetch(`${server.address}/people`, { headers: { cookie: ada } });
    const people = await shown.text();
    const id = /name="id" value="([^"]*)"/.exec(people.slice(people.indexOf(email("bob"))))[1];
    assert.equal((await send(server, "/people/suspend", { id }, ada)).to, "/people");
    assert.equal(problem((await as({ sub: "7", email: email("bob") })).to), "issuer-stranger");
  } finally {
    await both.stop();
  }
});

test("where everybody has a second factor, who has no password makes one first", async () => {
  const env = { VOLARIS_OIDC_CLIENT_SECRET: CLIENT.secret, VOLARIS_REQUIRE_SECOND_FACTOR: "true" };
  const both = await startBoth('domains = ["example.org"]', { env });
  const { issuer, server } = both;
  try {
    await protect(server);
    issuer.person = { sub: "1", email: "cy@example.org", email_verified: true };
    const page = await openPage({ server, path: "/sign-in", ...NARROW });
    await page.getByRole("button", { name: "Sign in with Mock" }).click();
    await page.getByRole("link", { name: "Continue" }).click();
    await page.waitForURL(`${server.address}/account/second-factor`);
    await page.getByText("set up beside a password").waitFor();
    await checkAxe(page);
    await page.getByLabel(/^A password/).fill("password1");
    await page.getByRole("button", { name: "Set a password" }).click();
    await page.getByRole("alert").filter({ hasText: "first that anybody would try" }).waitFor();
    await page.getByLabel(/^A password/).fill(PASSWORD);
    await page.getByRole("button", { name: "Set a password" }).click();
    await page.getByLabel("Your password").fill(PASSWORD);
    await page.getByRole("button", { name: "Set a second factor up" }).click();
    await page.locator(".account__secret").waitFor();
    await page.quit();
  } finally {
    await both.stop();
  }
});

test("an address opens no account that asks for a code, and by a token neither", async () => {
  const ring = keyring();
  const secret = "a secret of thirty-two bytes and more";
  const jwt = `secret = "${secret}"\nlink_by_email = true`;
  const both = await startBoth("link_by_email = true", { jwt });
  const { issuer, server } = both;
  try {
    const ada = await protect(server);
    const headers = { cookie: ada };
    await turnFactorOn(server, ada);
    issuer.person = { sub: "7", email: email("ada"), email_verified: true };
    const second = Math.floor(Date.now() / 1000);
    const told = { iss: issuer.address, aud: CLIENT.id, exp: second + 600, ...issuer.person };
    const token = ring.sign(told, { alg: "HS256", key: secret, kid: null });
    const ask = (path) =>
      fetch(`${server.address}${path}`, { headers: { authorization: `Bearer ${token}` } });
    // Nothing is left behind of a try that ends before the code.
    const tried = await walk(both);
    assert.equal(problem(tried.to), "issuer-connect");
    assert.equal((await ask("/api/v1/positions")).status, 401);
    const log = await (await fetch(`${server.address}/people/log`, { headers })).text();
    assert.ok(log.includes("A sign-in elsewhere was refused"));
    // She connects it, by her password; from then on her programs bring its tokens.
    const connected = await walk(both, { path: "/account/connect", cookie: ada });
    assert.equal(connected.to, "/settings/security");
    assert.equal((await ask("/api/v1/positions")).status, 200);
    await send(server, "/account/disconnect", { issuer: issuer.address }, ada);
    assert.equal((await ask("/api/v1/positions")).status, 200, "without the password nothing");
    const fields = { issuer: issuer.address, present: PASSWORD };
    await send(server, "/account/disconnect", fields, ada);
    assert.equal((await ask("/api/v1/positions")).status, 401);
  } finally {
    await both.stop();
  }
});

test("everybody of a named domain becomes a member, and an owner may trust addresses", async () => {
  const both = await startBoth('domains = ["Example.org"]\nlink_by_email = true');
  const { issuer, server } = both;
  try {
    const ada = await protect(server);
    const as = async (person) => {
      issuer.person = { email_verified: true, ...person };
      return walk(both);
    };
    assert.equal((await as({ sub: "1", email: "cy@example.org" })).to, "/chart/QQQ");
    for (const [sub, address] of [["2", "cy@sub.example.org"], ["3", "cy@badexample.org"],
      ["4", "cy@example.org.evil.example"], ["5", "example.org@evil.example"]]) {
      assert.equal(problem((await as({ sub, email: address })).to), "issuer-stranger", address);
    }
    const linked = await as({ sub: "6", email: email("ada") });
    assert.ok((await accountOf(server, linked.session)).text.includes(email("ada")));
    const people = await fetch(`${server.address}/people`, { headers: { cookie: ada } });
    assert.match(await people.text(), /cy@example\.org/);
    // Who is connected is not connected anew by somebody with the address.
    assert.equal(problem((await as({ sub: "9", email: email("ada") })).to), "issuer-connect");
  } finally {
    await both.stop();
  }
});

test("whatever is wrong with an issuer's word is refused", async () => {
  const both = await startBoth('domains = ["example.com"]');
  const { issuer, server } = both;
  try {
    await protect(server);
    issuer.person = { sub: "5", email: email("eve"), email_verified: true };
    const second = Math.floor(Date.now() / 1000);
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = issuer.ring.keys["rsa-1"].publicKey.export({ type: "spki", format: "pem" });
    const bent = {
      "it has expired": (claims) => ({ claims: { ...claims, exp: second - 60 } }),
      "it is not given yet": (claims) => ({ claims: { ...claims, iat: second + 3600 } }),
      "it was given long ago": (claims) => ({ claims: { ...claims, iat: second - 3600 } }),
      "it is for another": (claims) => ({ claims: { ...claims, aud: "another" } }),
      "it is for another as well": (claims) => ({ claims: { ...claims, aud: [CLIENT.id, "b"] } }),
      "it is of another": (claims) => ({ claims: { ...claims, iss: "https://issuer.example" } }),
      "it answers another question": (claims) => ({ claims: { ...claims, nonce: "another" } }),
      "it answers no question": ({ nonce: _, ...claims }) => ({ claims }),
      "nobody signed it": (claims) => ({ claims, alg: "none", key: null }),
      "it is signed with the secret": (claims) => ({ claims, alg: "HS256", key: CLIENT.secret }),
      "it is signed with what all know": (claims) => ({ claims, alg: "HS256", key: pem }),
      "another key signed it": (claims) => ({ claims, key: { ...other, kind: "rsa" } }),
      "nobody knows its key": (claims) => ({
        claims, kid: "rsa-9", key: { ...other, kind: "rsa" },
      }),
      "its key is of another kind": (claims) => ({
        claims, kid: "ec-1", alg: "RS256", key: { ...other, kind: "rsa" },
      }),
    };
    for (const [why, bend] of Object.entries(bent)) {
      issuer.bend = bend;
      const refused = await walk(both);
      assert.equal(problem(refused.to), "issuer-untrusted", why);
      assert.equal(refused.session, undefined, why);
    }
    // A clock may be half a minute wrong, and a key of another kind may be the issuer's.
    issuer.bend = (claims) => ({ claims: { ...claims, iat: second + 5 }, kid: "ec-1" });
    assert.equal((await walk(both)).to, "/chart/QQQ");
  } finally {
    await both.stop();
  }
});

test("an errand is done once, by the browser that was sent, with its own code", async () => {
  const both = await startBoth('domains = ["example.com"]');
  const { issuer, server } = both;
  try {
    await protect(server);
    issuer.person = { sub: "5", email: email("eve"), email_verified: true };
    const left = await leave(server);
    const back = await comeBack(left.to);
    assert.equal(problem((await arrive(back)).to), "issuer-again", "another browser");
    assert.equal((await arrive(back, left.errand)).to, "/chart/QQQ");
    assert.equal(problem((await arrive(back, left.errand)).to), "issuer-again", "once more");
    // Each of these uses its errand up.
    for (const [name, value, word] of [
      ["state", "another", "issuer-untrusted"],
      ["iss", "https://issuer.example", "issuer-untrusted"],
      ["code", "another", "issuer-untrusted"],
      ["error", "access_denied", "issuer-given-up"],
    ]) {
      const { errand, to } = await leave(server);
      const url = new URL(await comeBack(to));
      url.searchParams.set(name, value);
      assert.equal(problem((await arrive(url.href, errand)).to), word, name);
      assert.equal(problem((await arrive(url.href, errand)).to), "issuer-again", name);
    }
    // The code of one question is no answer to another: PKCE.
    const [mine, theirs] = [await leave(server), await leave(server)];
    const url = new URL(await comeBack(mine.to));
    url.searchParams.set("code", new URL(await comeBack(theirs.to)).searchParams.get("code"));
    assert.equal(problem((await arrive(url.href, mine.errand)).to), "issuer-untrusted");

    issuer.refuses = true;
    assert.equal(problem((await walk(both)).to), "issuer-given-up");
    issuer.refuses = false;
    assert.equal(server.log().includes(issuer.told), false);
    // While the issuer is away its sign-in says so, and the password still opens.
    const away = await leave(server);
    const later = await comeBack(away.to);
    await issuer.stop();
    assert.equal(problem((await arrive(later, away.errand)).to), "issuer-away");
    const fields = { email: email("ada"), password: PASSWORD };
    assert.equal((await send(server, "/account/sign-in", fields)).to, "/");
    assert.match(server.log(), /the code was refused: invalid_grant/);
  } finally {
    await both.stop();
  }
});

const ONE = "connecting is for who left and is still signed in, and one person there is one here";

test(ONE, async () => {
  const both = await startBoth();
  const { issuer, server } = both;
  try {
    const ada = await protect(server);
    const bob = await joinDesk(server, "bob", ada);
    const path = "/account/connect";
    const left = await leave(server, { path, cookie: ada });
    const back = await comeBack(left.to);
    // Somebody else's browser, lured to the address, connects nothing.
    const lured = await arrive(back, `${left.errand}; ${bob}`);
    assert.equal(lured.to, "/settings/security?problem=issuer-again");
    assert.equal((await walk(both, { path, cookie: ada })).to, "/settings/security");
    assert.equal(problem((await walk(both, { path, cookie: bob })).to), "issuer-taken");
    issuer.person = { sub: "2", email: email("zoe"), email_verified: true };
    assert.equal(problem((await walk(both, { path, cookie: ada })).to), "issuer-taken");
    assert.equal((await walk(both, { path, cookie: bob })).to, "/settings/security");
    const signed = await walk(both);
    assert.ok((await accountOf(server, signed.session)).text.includes(email("bob")));
    assert.equal((await leave(server, { path })).status, 401, "nobody is signed in");
  } finally {
    await both.stop();
  }
});

test("who has a second factor is asked for its code after the issuer as well", async () => {
  const both = await startBoth();
  const { server } = both;
  try {
    const ada = await protect(server);
    const connected = await walk(both, { path: "/account/connect", cookie: ada });
    assert.equal(connected.to, "/settings/security");
    const { answer } = await turnFactorOn(server, ada);
    const recovery = [...(await answer.text()).matchAll(/<code>([a-z0-9]{5}-[a-z0-9]{5})</g)];
    assert.equal(recovery.length, 10);

    const page = await openPage({ server, path: "/sign-in?next=%2Fchart%2FQQQ", ...NARROW });
    await page.getByRole("button", { name: "Sign in with Mock" }).click();
    await page.getByRole("link", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Second factor" }).waitFor();
    await checkAxe(page);
    assert.equal((await page.context().cookies()).some((one) => one.name === "sid"), false);
    await page.getByLabel(/^Code/).fill("000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").filter({ hasText: "not right" }).waitFor();
    await page.getByLabel(/^Code/).fill(recovery[0][1]);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/chart\/QQQ/);
    await page.quit();

    const half = await walk(both);
    assert.equal(half.to, "/sign-in/code");
    assert.equal(half.session, undefined);
    const path = "/account/sign-in/code";
    assert.equal(problem((await send(server, path, { code: recovery[1][1] })).to), "issuer-again");
    const whole = await send(server, path, { code: recovery[1][1] }, half.errand);
    assert.equal(whole.to, "/chart/QQQ");
    const again = await send(server, path, { code: recovery[2][1] }, half.errand);
    assert.equal(problem(again.to), "issuer-again");
  } finally {
    await both.stop();
  }
});

test("the doctor says whether the issuer answers", async () => {
  const both = await startBoth();
  const { issuer, server } = both;
  const ask = async () => {
    const env = strangersOf(process.env);
    const words = ["--data", server.folder, "doctor"];
    const asked = promisify(execFile)(process.env.VOLARIS_BIN, words, { env });
    return asked.catch((error) => error).then(({ stdout }) => stdout);
  };
  try {
    assert.match(await ask(), /sign-in with Mock: answers, and is who it should be/);
    await issuer.stop();
    assert.match(await ask(), /sign-in with Mock: `http.*` cannot be asked: the connection failed/);
  } finally {
    await both.stop();
  }
});

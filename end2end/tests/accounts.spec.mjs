// Accounts: the first one closes the desk to everybody else, and a sign-in ends where it is ended.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import {
  checkAxe, cookieOf, freePort, live, openPage, send, startVolaris, strangersOf, until, visit,
} from "../desk.mjs";
import { untilKept } from "../device.mjs";
import { codeOf } from "../second_factor.mjs";

const EMAIL = "ada@example.com";
const PASSWORD = "correct horse battery";
const OTHER = "staple a letter box";

const fill = async (page, { email, password, present, press }) => {
  if (email) await page.getByLabel("E-mail").fill(email);
  if (present) await page.getByLabel("Present password").fill(present);
  await page.getByLabel(/^(New p|P)assword/).fill(password);
  await page.getByRole("button", { name: press }).click();
};

const read = (server, path, cookie, accept = "*/*") =>
  fetch(`${server.address}${path}`, {
    redirect: "manual",
    headers: { accept, ...(cookie && { cookie }) },
  });

const protect = async (server) => {
  const made = await send(server, "/account/protect", { email: EMAIL, password: PASSWORD });
  assert.equal(made.to, "/account", made.status);
  return cookieOf(made.set);
};

visit("a desk is protected by an account, and asks everybody since", { path: "/chart/SPX" },
  async ({ page, server }) => {
    await live(page);
    const kept = { position: "1 SPXW 15MAR24 5000C", stage: "planned", name: "Of before" };
    const added = await fetch(`${server.address}/api/v1/positions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(kept),
    });
    assert.equal(added.status, 201);
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("heading", { name: "Protect this desk" }).waitFor();
    await checkAxe(page);
    await fill(page, { email: EMAIL, password: "password1", press: "Protect this desk" });
    await page.getByRole("alert").filter({ hasText: "anybody would try" }).waitFor();
    // Nobody types an address twice, and no script reads it.
    assert.equal(await page.getByRole("textbox", { name: "E-mail" }).inputValue(), EMAIL);
    assert.ok(!(await page.evaluate(() => document.cookie)).includes("typed"));
    assert.ok(!page.url().includes("ada"));
    await fill(page, { email: " Ada@Example.com ", password: PASSWORD, press: "Protect" });
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    await page.getByText(`You sign in as ${EMAIL}.`).waitFor();
    await page.getByRole("link", { name: "Security" }).click();
    await page.getByText("Chrome on Linux · this browser").waitFor();
    await checkAxe(page);

    // Whoever is not signed in sees the sign-in alone.
    for (const path of ["/api/v1/positions", "/api/v1/levels/SPX", "/stream", "/metricz"]) {
      assert.equal((await read(server, path)).status, 401, path);
    }
    const turned = await read(server, "/chart/QQQ?span=5m", null, "text/html");
    assert.equal(turned.status, 303);
    assert.equal(turned.headers.get("location"), "/sign-in?next=%2Fchart%2FQQQ%3Fspan%3D5m");
    assert.equal((await read(server, "/health")).status, 200);
    assert.equal((await read(server, "/pkg/nothing.js")).status, 401);
    const second = { email: "eve@example.com", password: PASSWORD };
    assert.equal((await send(server, "/account/protect", second)).status, 401);

    await page.getByRole("link", { name: "Back to the desk" }).click();
    await live(page);
    const mine = await page.evaluate(async () => (await fetch("/api/v1/positions")).json());
    assert.deepEqual(mine.positions.map((one) => one.name), ["Of before"]);
    await page.goto(`${server.address}/account`);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await checkAxe(page);

    await page.goto(`${server.address}/volatility/SPX`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await fill(page, { email: EMAIL, password: "wrong horse battery", press: "Sign in" });
    await page.getByRole("alert").filter({ hasText: "do not belong together" }).waitFor();
    await fill(page, { email: EMAIL, password: PASSWORD, press: "Sign in" });
    await page.waitForURL(`${server.address}/volatility/SPX`);
    await live(page);
    await page.goto(`${server.address}/settings/security`);
    const happened = await page.locator(".account__happened li").allInnerTexts();
    assert.deepEqual(
      happened.map((text) => text.split("\n")[0].trim()),
      ["Signed in", "Wrong password or code", "Signed out", "Protected the desk"],
    );
    assert.match(happened[0], / ET Chrome on Linux, 127\.0\.0\.1$/);
    await checkAxe(page);
  });

test("who is signed out elsewhere hears no more, and is led to the sign-in", async () => {
  const server = await startVolaris();
  const open = (path) =>
    openPage({ server, path, width: 390, height: 844, theme: "light", touch: true });
  const first = await open("/account");
  let second;
  try {
    await first.getByRole("heading", { name: "Protect this desk" }).waitFor();
    await checkAxe(first);
    await fill(first, { email: EMAIL, password: PASSWORD, press: "Protect this desk" });
    await first.getByText(`You sign in as ${EMAIL}.`).waitFor();
    const cookie = await protectedSignIn(server, PASSWORD);
    second = await open("/chart/SPX");
    await fill(second, { email: EMAIL, password: PASSWORD, press: "Sign in" });
    await live(second);
    await untilKept(second, "/chart/SPX");
    await first.goto(`${server.address}/settings/security`);
    assert.equal(await first.locator(".account__browsers li").count(), 3);
    const surplus = await first.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    assert.equal(surplus, 0, "a phone's page fits");
    // Whoever only found the browser open signs nobody out.
    const password = first.getByLabel("Password, to sign other browsers out");
    await password.fill("wrong horse battery");
    await first.getByRole("button", { name: "Sign out everywhere else" }).click();
    await first.getByRole("alert").filter({ hasText: "not your password" }).waitFor();
    await password.fill("wrong horse battery");
    await first.getByRole("button", { name: "Sign out another browser" }).click();
    await first.getByRole("alert").filter({ hasText: "not your password" }).waitFor();
    assert.equal(await first.locator(".account__browsers li").count(), 3);
    await checkAxe(first);
    assert.equal((await read(server, "/api/v1/positions", cookie)).status, 200);
    // One of them, then the rest.
    await password.fill(PASSWORD);
    await first.getByRole("button", { name: "Sign out another browser" }).click();
    await first.getByText("this browser").waitFor();
    assert.equal(await first.locator(".account__browsers li").count(), 2);
    assert.equal((await read(server, "/api/v1/positions", cookie)).status, 401);
    await password.fill(PASSWORD);
    await first.getByRole("button", { name: "Sign out everywhere else" }).click();
    await first.getByText("this browser").waitFor();
    assert.equal(await first.locator(".account__browsers li").count(), 1);
    assert.equal((await read(server, "/api/v1/positions", cookie)).status, 401);
    await second.getByRole("heading", { name: "Sign in" }).waitFor();
    // Nor does the next person at that device see anything of theirs.
    const kept = () =>
      second.evaluate(async () => {
        const stores = ["pages", "answers"].map(async (name) => (await caches.open(name)).keys());
        return (await Promise.all(stores)).flat().length;
      });
    await until(async () => (await kept()) === 0, "their pages are still on the device");
    await first.quit();
  } finally {
    for (const page of [first, second]) await page?.leave();
    await server.stop();
  }
});

test("a password is changed by its owner, and by who has the machine", async () => {
  const server = await startVolaris();
  try {
    const [cookie, other] = [await protect(server), await protectedSignIn(server, PASSWORD)];
    const change = (present, password) =>
      send(server, "/account/password", { present, password }, cookie);
    assert.equal((await change("wrong", OTHER)).to, "/settings/security?problem=present");
    assert.equal((await change(PASSWORD, "short")).to, "/settings/security?problem=short");
    assert.equal((await change(PASSWORD, OTHER)).to, "/settings/security?done=password");
    assert.equal((await read(server, "/api/v1/symbols", cookie)).status, 200);
    assert.equal((await read(server, "/api/v1/symbols", other)).status, 401);
    assert.equal(await protectedSignIn(server, PASSWORD), null);
    assert.ok(await protectedSignIn(server, OTHER));
    // Nor is a second factor set up by who only found the browser open.
    const begun = await send(server, "/account/second-factor/begin", { present: PASSWORD }, cookie);
    assert.equal(begun.to, "/settings/security?problem=present");

    const volaris = async (...args) => {
      const words = ["--data", server.folder, ...args];
      const env = strangersOf(process.env);
      return promisify(execFile)(process.env.VOLARIS_BIN, words, { env });
    };
    await assert.rejects(volaris("account", "reset", "eve@example.com"), /no account of `eve@/);
    await assert.rejects(volaris("account", "reset", "eve"), /has a name, an @ and a place/);
    const well = await volaris("doctor");
    assert.match(well.stdout, /audit log: 7 entries, each as it was written/);
    const { stdout } = await volaris("account", "reset", EMAIL);
    const fresh = /^ {2}([a-z2-9]{26})$/m.exec(stdout)[1];
    assert.equal((await read(server, "/api/v1/symbols", cookie)).status, 401);
    assert.equal(await protectedSignIn(server, OTHER), null);
    assert.ok(await protectedSignIn(server, fresh));
  } finally {
    await server.stop();
  }
});

/** Signs in; the cookie, or nothing. */
async function protectedSignIn(server, password) {
  const { to, set } = await send(server, "/account/sign-in", { email: EMAIL, password });
  return to === "/" ? cookieOf(set) : null;
}

test("a secret is in the browser alone, and new at every sign-in", async () => {
  const server = await startVolaris();
  try {
    const made = await send(server, "/account/protect", { email: EMAIL, password: PASSWORD });
    assert.match(made.set, /HttpOnly/);
    assert.match(made.set, /SameSite=Lax/);
    const before = cookieOf(made.set);
    const again = await send(
      server, "/account/sign-in", { email: EMAIL, password: PASSWORD, next: "//evil.example" },
      before,
    );
    assert.equal(again.to, "/", "never to another site");
    const after = cookieOf(again.set);
    assert.notEqual(after, before);
    // What somebody planted before the sign-in is worth nothing after it.
    assert.equal((await read(server, "/api/v1/symbols", before)).status, 401);
    const planted = `sid=${"A".repeat(22)}`;
    const signed = await send(
      server, "/account/sign-in", { email: EMAIL, password: PASSWORD }, planted,
    );
    assert.notEqual(cookieOf(signed.set), planted);
    const left = await send(server, "/account/sign-out", {}, after);
    assert.equal(left.to, "/sign-in");
    assert.match(left.answer.headers.get("clear-site-data"), /"cache", "storage"/);
    assert.equal((await read(server, "/api/v1/symbols", after)).status, 401);
    for (const name of await readdir(server.folder)) {
      const file = await readFile(join(server.folder, name)).catch(() => null);
      for (const cookie of [before, after, cookieOf(signed.set)]) {
        assert.ok(!file?.includes(cookie.slice(4)), `${name} has the secret itself`);
      }
      assert.ok(!file?.includes(PASSWORD), `${name} has the password`);
    }
    const log = server.log();
    for (const secret of [PASSWORD, EMAIL, cookieOf(signed.set).slice(4)]) {
      assert.ok(!log.includes(secret), `the log has ${secret}`);
    }
    // A form of another site is refused.
    const forged = await fetch(`${server.address}/account/sign-in`, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "cross-site",
        origin: "http://evil.example",
      },
      body: new URLSearchParams({ email: EMAIL, password: PASSWORD }).toString(),
    });
    assert.equal(forged.status, 403);
  } finally {
    await server.stop();
  }
});

test("who tries too often waits, whoever it is", async () => {
  const server = await startVolaris();
  try {
    await protect(server);
    const tried = [];
    await until(async () => {
      const name = `${tried.length}@example.com`;
      const { to } = await send(server, "/account/sign-in", { email: name, password: "x" });
      tried.push(to.replace(/&.*/, ""));
      return tried.at(-1).endsWith("wait");
    }, "it may be tried for ever");
    assert.ok(10 <= tried.indexOf("/sign-in?problem=wait"), `${tried}`);
    assert.equal(await protectedSignIn(server, PASSWORD), null, "the network waits");
  } finally {
    await server.stop();
  }
});

test("a sign-in outlives the server", async () => {
  const first = await startVolaris();
  const cookie = await protect(first);
  await first.stop({ keepFolder: true });
  const second = await startVolaris({ folder: first.folder });
  try {
    assert.equal((await read(second, "/api/v1/symbols", cookie)).status, 200);
    assert.equal((await read(second, "/api/v1/symbols")).status, 401);
  } finally {
    await second.stop({ keepFolder: false });
  }
});

test("from elsewhere the first account takes the token", async () => {
  const env = { VOLARIS_PROXIES: "127.0.0.1" };
  const server = await startVolaris({ env });
  const from = { "x-forwarded-for": "203.0.113.7" };
  const far = (path, accept) =>
    fetch(`${server.address}${path}`, { redirect: "manual", headers: { accept, ...from } });
  const page = await openPage({
    server,
    path: "/sign-in",
    width: 390,
    height: 844,
    touch: true,
    beforeVisit: (page) => page.context().setExtraHTTPHeaders(from),
  });
  try {
    assert.equal((await far("/api/v1/symbols", "*/*")).status, 403);
    assert.equal((await far("/stream", "*/*")).status, 403);
    assert.equal((await far("/chart/SPX", "text/html")).headers.get("location"), "/set-up");
    assert.equal((await read(server, "/api/v1/symbols")).status, 200, "who sits at the machine");
    const file = join(server.folder, "setup-token");
    const token = (await readFile(file, "utf8")).trim();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.ok(server.log().includes(token), "it is printed");

    await page.getByRole("heading", { name: "Set up this desk" }).waitFor();
    await checkAxe(page);
    const tried = { email: EMAIL, password: PASSWORD, press: "Set up this desk" };
    // A backup takes the token as well, below.
    const field = page.getByLabel("Set-up token").first();
    await field.fill(token.slice(1));
    await fill(page, tried);
    await page.getByRole("alert").filter({ hasText: "not the set-up token" }).waitFor();
    await field.fill(token);
    await fill(page, tried);
    await page.getByRole("link", { name: "Security" }).tap();
    await page.getByText("Chrome on Linux · this browser").waitFor();
    assert.match(await page.locator(".account__happened").innerText(), /203\.0\.113\.7/);
    await assert.rejects(readFile(file), "what was used is gone");
    assert.equal((await read(server, "/api/v1/symbols")).status, 401, "at the machine as well");
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

test("a desk that nobody opened to others makes the token once somebody comes", async () => {
  let log = "";
  const server = await startVolaris({ hear: (text) => (log += text) });
  const file = join(server.folder, "setup-token");
  const from = { "x-forwarded-for": "203.0.113.7" };
  const far = (path, accept, asked) => {
    const headers = { accept, ...from, ...asked?.headers };
    return fetch(`${server.address}${path}`, { redirect: "manual", ...asked, headers });
  };
  try {
    // Neither who is at the machine nor what asks for no page needs one.
    assert.equal((await read(server, "/set-up", null, "text/html")).headers.get("location"), "/");
    assert.equal((await far("/api/v1/symbols", "*/*")).status, 403);
    await assert.rejects(readFile(file), "nobody needed one");
    const all = await Promise.all(Array.from({ length: 8 }, () => far("/chart/SPX", "text/html")));
    assert.deepEqual(all.map((one) => one.headers.get("location")), Array(8).fill("/set-up"));
    const token = (await readFile(file, "utf8")).trim();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await until(() => server.log().includes(token), "it is printed");
    assert.equal(server.log().split("open /set-up").length, 2, "once");
    assert.ok(!log.includes(token), "on the terminal alone");
    assert.match(await (await far("/set-up", "text/html")).text(), /Set-up token/);
    assert.equal((await read(server, "/api/v1/symbols")).status, 200, "who sits at the machine");

    const setUp = async (token) => {
      const body = new URLSearchParams({ token, email: EMAIL, password: PASSWORD });
      const headers = { "sec-fetch-site": "same-origin" };
      return (await far("/account/set-up", "*/*", { method: "POST", body, headers })).headers;
    };
    assert.match((await setUp(token.slice(1))).get("location"), /problem=token/);
    const made = await setUp(token);
    assert.equal(made.get("location"), "/account");
    const cookie = cookieOf(made.get("set-cookie"));
    assert.equal((await read(server, "/api/v1/symbols", cookie)).status, 200);
    await assert.rejects(readFile(file), "what was used is gone");
    assert.equal((await read(server, "/api/v1/symbols")).status, 401, "at the machine as well");
  } finally {
    await server.stop();
  }
});

test("behind https a secret travels by https alone", async () => {
  const port = await freePort();
  const env = { VOLARIS_ADDRESS: "https://desk.example", VOLARIS_SETUP_TOKEN: "given by hand" };
  const server = await startVolaris({ env, listen: `127.0.0.1:${port}` });
  try {
    await assert.rejects(readFile(join(server.folder, "setup-token")), "a given one is not kept");
    const fields = { token: "given by hand", email: EMAIL, password: PASSWORD };
    const made = await send(server, "/account/set-up", fields);
    assert.equal(made.to, "/account");
    assert.match(made.set, /^__Host-sid=/);
    for (const part of ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"]) {
      assert.ok(made.set.includes(part), made.set);
    }
    assert.ok(!made.set.includes("Domain"), made.set);
    const answer = await read(server, "/sign-in");
    const told = answer.headers.get("strict-transport-security");
    assert.equal(told, "max-age=31536000; includeSubDomains");
  } finally {
    await server.stop();
  }
});

test("who listens everywhere asks everybody for the token, and warns of plain http", async () => {
  const port = await freePort();
  const env = { VOLARIS_HOSTS: "localhost,127.0.0.2,0.0.0.0" };
  const server = await startVolaris({ env, listen: `0.0.0.0:${port}` });
  try {
    assert.equal((await read(server, "/api/v1/symbols")).status, 403);
    const plain = await (await fetch(`http://127.0.0.2:${port}/set-up`)).text();
    for (const words of [
      "came over plain http: who is on the way can read what you type",
      // What does not work, and both ways out.
      "the desk cannot be installed, work offline or copy to the clipboard",
      "Put a reverse proxy with https in front and set <code>address</code>",
      "or come by a tunnel: <code>ssh -L 3000:127.0.0.1:3000 THE-MACHINE</code>",
    ]) {
      assert.ok(plain.includes(words), words);
    }
    const here = await fetch(`http://localhost:${port}/set-up`);
    assert.doesNotMatch(await here.text(), /came over plain http/);
  } finally {
    await server.stop();
  }
});

test("a second factor is set up, asked for, lost and turned off", async () => {
  const server = await startVolaris();
  const cookie = await protect(server);
  const [name, value] = cookie.split("=");
  const page = await openPage({ server, path: "/settings/security", cookies: { [name]: value } });
  try {
    const begin = async (password) => {
      await page.getByLabel("Password, to set it up").fill(password);
      await page.getByRole("button", { name: "Set a second factor up" }).click();
    };
    await begin(PASSWORD);
    await page.getByRole("heading", { name: "Second factor", exact: true }).waitFor();
    await page.getByLabel("Code that the app shows").waitFor();
    await checkAxe(page);
    const secret = (await page.locator(".account__secret").innerText()).replaceAll(" ", "");
    assert.match(secret, /^[A-Z2-7]{32}$/);
    const link = await page.getByRole("link", { name: "Open the app" }).getAttribute("href");
    assert.ok(link.startsWith("otpauth://totp/Volaris:ada"), link);
    await page.getByLabel("Code that the app shows").fill("000000");
    await page.getByRole("button", { name: "Turn the second factor on" }).click();
    await page.getByRole("alert").filter({ hasText: "not the app's code" }).waitFor();
    await page.getByLabel("Code that the app shows").fill(codeOf(secret));
    await page.getByRole("button", { name: "Turn the second factor on" }).click();
    await page.getByRole("heading", { name: "Recovery codes" }).waitFor();
    await checkAxe(page);
    const codes = await page.locator(".account__codes li").allInnerTexts();
    assert.equal(new Set(codes).size, 10);

    const signIn = async (code) => {
      const fields = { email: EMAIL, password: PASSWORD, ...(code && { code }) };
      const { to } = await send(server, "/account/sign-in", fields);
      return to === "/";
    };
    const next = codeOf(secret, 1);
    assert.equal(await signIn(), false, "without a code");
    assert.equal(await signIn("123 456 789"), false);
    assert.equal(await signIn(next), true);
    assert.equal(await signIn(next), false, "each code is used once");
    assert.equal(await signIn(codes[3].toUpperCase()), true);
    assert.equal(await signIn(codes[3]), false, "and each recovery code");

    await page.getByRole("link", { name: "I have kept them" }).click();
    await page.getByText("Recovery codes left: 9.").waitFor();
    const told = await page.locator(".account__happened").innerText();
    for (const what of ["Turned the second factor on", "Used a recovery code"]) {
      assert.ok(told.includes(what), told);
    }
    const database = await readFile(join(server.folder, "volaris.db"));
    assert.ok(!database.includes(secret) && !database.includes(codes[0].replace("-", "")));
    await page.getByLabel("Password, to turn it off").fill(PASSWORD);
    await page.getByRole("button", { name: "Turn the second factor off" }).click();
    await page.getByRole("button", { name: "Set a second factor up" }).waitFor();
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

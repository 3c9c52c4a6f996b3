// Mail: a forgotten password is set anew by it, and what happens to an account is told by it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { join as path } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { checkAxe, cookieOf, live, send, startVolaris, strangersOf, until } from "../desk.mjs";
import { startMailServer } from "../mail_server.mjs";
import { NARROW, PASSWORD, WIDE, api, email, open, protect } from "../members.mjs";
import { codeOf } from "../second_factor.mjs";

const OTHER = "staple a letter box";

/** A desk that sends its mail to a server of its own; both end with `body`. */
async function withMail(options, body) {
  const post = await startMailServer(options);
  const server = await startVolaris({ env: post.env });
  const pages = [];
  const visit = async (at, cookie, how) => {
    pages.push(await open(server, at, cookie, how));
    return pages.at(-1);
  };
  try {
    await body({ post, server, visit });
    for (const page of pages) await page.quit();
  } finally {
    for (const page of pages) await page.leave();
    await server.stop();
    await post.stop();
  }
}

const volaris = (server, env, ...args) =>
  promisify(execFile)(process.env.VOLARIS_BIN, ["--data", server.folder, ...args], {
    env: { ...strangersOf(process.env), ...env },
  });

const codeIn = (mail) => /^ {4}([a-z2-9]{4}(?:-[a-z2-9]{4}){3})$/m.exec(mail.text)[1];

/** Turns a second factor on; gives the app's secret. */
async function withFactor(page) {
  await page.getByLabel("Password, to set it up").fill(PASSWORD);
  await page.getByRole("button", { name: "Set a second factor up" }).click();
  return proveFactor(page);
}

async function proveFactor(page) {
  await page.getByLabel("Code that the app shows").waitFor();
  const secret = (await page.locator(".account__secret").innerText()).replaceAll(" ", "");
  await page.getByLabel("Code that the app shows").fill(codeOf(secret));
  await page.getByRole("button", { name: "Turn the second factor on" }).click();
  await page.getByRole("heading", { name: "Recovery codes" }).waitFor();
  return secret;
}

test("a forgotten password is set anew by mail, and the second factor stays", () =>
  withMail({}, async ({ post, server, visit }) => {
    const ada = await protect(server);
    const secret = await withFactor(await visit("/settings/security", ada, WIDE));
    const on = await post.mail(email("ada"), /second factor was turned on/);
    assert.equal(on.from, "desk@example.com");

    const page = await visit("/chart/QQQ", undefined, NARROW);
    await page.getByRole("link", { name: "Forgotten?" }).tap();
    await page.getByRole("heading", { name: "Forgotten password" }).waitFor();
    await checkAxe(page);
    await page.getByLabel("E-mail").fill("Ada@Example.com");
    await page.getByRole("button", { name: "Send a code" }).tap();
    await page.getByRole("status").filter({ hasText: "a code is on its way" }).waitFor();
    await checkAxe(page);
    const { text, subject } = await post.mail(email("ada"), /code for a new password/);
    const code = codeIn({ text });
    assert.ok(text.includes(`\n    ${server.address}/reset\n`), text);
    assert.ok(!subject.includes(code) && !new RegExp(`//\\S*${code}`).test(text), "in no address");

    const fill = async (typed, password) => {
      await page.getByLabel("E-mail").fill(email("ada"));
      await page.getByLabel("Code from the mail").fill(typed);
      await page.getByLabel("New password").fill(password);
      await page.getByRole("button", { name: "Set the password anew" }).tap();
    };
    await fill("abcd-efgh-jkmn-pqrs", OTHER);
    await page.getByRole("alert").filter({ hasText: "not the code of the newest mail" }).waitFor();
    await fill(code, OTHER);
    await page.getByRole("status").filter({ hasText: "The password is set anew" }).waitFor();
    assert.equal((await api(server, "/api/v1/symbols", ada)).status, 401, "signed out");
    await checkAxe(page);

    // The password alone does not do, and each code once.
    const signIn = async (factor) => {
      await page.getByLabel("E-mail").fill(email("ada"));
      await page.getByLabel("Password", { exact: true }).fill(OTHER);
      if (factor) await page.getByLabel("Code, if the account has").fill(factor);
      await page.getByRole("button", { name: "Sign in" }).tap();
    };
    await signIn();
    await page.getByRole("alert").filter({ hasText: "the second factor is missing" }).waitFor();
    await signIn(codeOf(secret, 1));
    await live(page);
    await page.goto(`${server.address}/settings/security`);
    await page.getByText("A code to set the password anew was sent").waitFor();
    await page.getByText("Password set anew by a code").waitFor();
    await post.mail(email("ada"), /password was set anew/);
    const again = { email: email("ada"), code, password: PASSWORD };
    assert.equal((await send(server, "/account/reset", again)).to, "/reset?problem=reset-code");

    // Nothing of it lies about.
    for (const name of await readdir(server.folder)) {
      const file = await readFile(path(server.folder, name)).catch(() => null);
      for (const told of [code, code.replaceAll("-", "")]) {
        assert.ok(!file?.includes(told), `${name} has the code`);
      }
    }
    for (const told of [code, code.replaceAll("-", ""), email("ada"), OTHER]) {
      assert.ok(!server.log().includes(told), `the log has ${told}`);
    }
  }));

test("whether there is an account of an address nobody learns", () =>
  withMail({}, async ({ post, server }) => {
    await protect(server);
    const ask = async (name) => {
      const { status, to, answer } = await send(server, "/account/forgot", { email: email(name) });
      const told = [...answer.headers].filter(([name]) => !["date", "content-security-policy"]
        .includes(name));
      // What was typed, for whoever typed it.
      const heads = told.map(([name, text]) => [name, text.replace(/^typed=[0-9a-f]+;/, "typed;")]);
      return { status, to, heads, text: await answer.text() };
    };
    assert.deepEqual(await ask("ada"), await ask("eve"));
    await post.mail(email("ada"), /code for a new password/);
    assert.equal((await send(server, "/account/forgot", { email: "eve" })).to,
      "/forgot?problem=email");
    assert.deepEqual(post.taken.map((one) => one.to), [[email("ada")]], "and to nobody else");
  }));

test("what happens to an account is told by mail, as soon as the mail server takes it", () =>
  withMail({ refusing: Infinity }, async ({ post, server, visit }) => {
    const ada = await protect(server);
    // What who leads the desk reads of it.
    const waiting = async () => {
      const { text } = await api(server, "/people/usage", ada);
      return Number(/Mails waiting(?:<[^>]*>|\s)*(\d+)/.exec(text)?.[1]);
    };
    assert.equal(await waiting(), 0);
    const other = { present: PASSWORD, password: OTHER };
    const changed = await send(server, "/account/password", other, ada);
    assert.equal(changed.to, "/settings/security?done=password");
    await until(() => /a mail waits: the mail server refused with 451/.test(server.log()), "busy");
    assert.equal(await waiting(), 1);
    post.relent();
    const page = await visit("/sign-in", undefined, WIDE);
    await page.getByRole("link", { name: "Forgotten?" }).waitFor();
    await checkAxe(page);
    await page.getByLabel("E-mail").fill(email("ada"));
    await page.getByLabel("Password", { exact: true }).fill(OTHER);
    await page.getByRole("button", { name: "Sign in" }).click();
    const told = await post.mail(email("ada"), /another kind of browser/);
    assert.match(told.text, /with Chrome on Linux, from 127\.0\.0\.1/);
    // Half a minute at most: the first pause, and the next look.
    await until(() => post.taken.some((one) => /was changed/.test(one.subject)), "it came late")
      .catch(() => post.mail(email("ada"), /was changed/));
    await until(async () => (await waiting()) === 0, "they are still told to wait");
    assert.ok(!server.log().includes("@example.com"), "without anybody's address");

    // Another address is told to the one before, whose owner knows whether that was meant.
    const moved = { email: email("adele"), present: OTHER };
    assert.match((await send(server, "/settings/profile/email", moved, ada)).to, /done=email/);
    const gone = await post.mail(email("ada"), /another e-mail address/);
    assert.doesNotMatch(gone.text, /adele|forgot/);

    // By the command line as well: the desk carries it. A page that is signed out would complain.
    await page.goto("about:blank");
    await volaris(server, post.env, "account", "reset", email("adele"));
    const reset = await post.mail(email("adele"), /password was set anew/);
    assert.match(reset.text, /on the machine that the desk runs on/);
  }));

test("an invitation is sent, and shown once all the same", () =>
  withMail({}, async ({ post, server, visit }) => {
    const ada = await protect(server);
    const page = await visit("/people", ada, NARROW);
    await checkAxe(page);
    await page.getByLabel("E-mail").fill(email("bob"));
    assert.ok(await page.getByLabel("Send it to them by mail").isChecked());
    await page.getByRole("button", { name: "Make an invitation" }).tap();
    await page.getByRole("status").filter({ hasText: "on its way to them by mail" }).waitFor();
    await checkAxe(page);
    const code = await page.locator(".account__secret").first().innerText();
    const { text } = await post.mail(email("bob"), /You are invited/);
    assert.ok(text.includes(code) && text.includes(`${server.address}/join`), text);
    assert.match(text, /^ada@example\.com invites you/);
    const joined = { email: email("bob"), code, password: PASSWORD };
    assert.equal((await send(server, "/account/join", joined)).to, "/");
    // Nobody is written to who shall not be.
    const silent = { email: email("cy"), role: "member" };
    assert.equal((await send(server, "/people/invite", silent, ada)).status, 200);
    assert.ok(!post.taken.some((one) => one.to.includes(email("cy"))));
  }));

test("a mail server is tried out by hand, and its answer told", () =>
  withMail({ refusing: 1 }, async ({ post, server }) => {
    const tried = () => volaris(server, post.env, "mail", "test", "you@example.com");
    await assert.rejects(tried, /refused it with 451: 4\.3\.0 come again later/);
    const { stdout } = await tried();
    assert.match(stdout, /took a mail to you@example\.com: 250 2\.0\.0 taken/);
    assert.match((await post.mail("you@example.com", /trial mail/)).text, /can send mail/);
    const doctor = (env) => volaris(server, env, "--listen", "127.0.0.1:0", "doctor");
    assert.match((await doctor(post.env)).stdout, /mail: 127\.0\.0\.1:\d+ answers and lets/);
    assert.match((await doctor({})).stdout, /mail: none is sent; .* `volaris account reset`/);
    await assert.rejects(volaris(server, {}, "mail", "test", "you@example.com"),
      /no mail server is named: set `mail`/);
    await assert.rejects(volaris(server, { VOLARIS_MAIL: post.address }, "doctor"),
      /`mail` is set and `mail_from` is not/);
    const secret = { ...post.env, VOLARIS_MAIL: "http://ada:s3cret@example.com" };
    await assert.rejects(volaris(server, secret, "doctor"), (error) => {
      assert.match(error.stderr, /`mail` is no address of a mail server/);
      assert.ok(!error.stderr.includes("s3cret"), error.stderr);
      return true;
    });
  }));

test("where everybody has a second factor, nothing is shown before it is set up", async () => {
  const server = await startVolaris({ env: { VOLARIS_REQUIRE_SECOND_FACTOR: "true" } });
  const made = await send(server, "/account/protect", { email: email("ada"), password: PASSWORD });
  const page = await open(server, "/chart/SPX", cookieOf(made.set), NARROW);
  try {
    await page.getByText("This desk asks everybody for a second factor").waitFor();
    await checkAxe(page);
    const begin = async (password) => {
      await page.getByLabel("Your password").fill(password);
      await page.getByRole("button", { name: "Set a second factor up" }).tap();
    };
    await begin("wrong horse battery");
    await page.getByRole("alert").filter({ hasText: "not your password" }).waitFor();
    for (const at of ["/account", "/people", "/chart/SPX"]) {
      await page.goto(`${server.address}${at}`);
      await page.getByLabel("Your password").waitFor();
    }
    const { status, text } = await api(server, "/api/v1/symbols", cookieOf(made.set));
    assert.equal(status, 403);
    assert.match(text, /set one up at \/account\/second-factor/);
    await begin(PASSWORD);
    await page.getByLabel("Code that the app shows").waitFor();
    await checkAxe(page);
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    await proveFactor(page);
    await page.getByRole("link", { name: "I have kept them" }).tap();
    await page.getByRole("link", { name: "Back to the desk" }).tap();
    await live(page);
    // Whoever is asked in is led there as well.
    const invited = await send(server, "/people/invite", { email: email("bob"), role: "member" },
      (await page.context().cookies()).map((one) => `${one.name}=${one.value}`).join("; "));
    const code = /<code class="account__secret">([^<]*)</.exec(await invited.answer.text())[1];
    const fields = { email: email("bob"), code, password: PASSWORD };
    const bob = cookieOf((await send(server, "/account/join", fields)).set);
    assert.equal((await api(server, "/api/v1/symbols", bob)).status, 403);
    // The browser itself complains of what it was refused.
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

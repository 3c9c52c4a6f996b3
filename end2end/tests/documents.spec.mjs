// Every plain document that the server writes, as it is shown to whoever gets it: in both themes,
// wide and on a phone. Each is good for everybody, fits, and complains of nothing.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joined } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import {
  checkAxeInBothThemes, checkTheme, cookieOf, openPage, send, setLook, startVolaris, strangersOf,
  until,
} from "../desk.mjs";
import { CLIENT, startBoth, walk } from "../issuer.mjs";
import { startMailServer } from "../mail_server.mjs";
import {
  NARROW, PASSWORD, WIDE, api, email, invite, join, protect, turnFactorOn,
} from "../members.mjs";
import { giveDevice } from "../passkeys.mjs";
import { codeOf } from "../second_factor.mjs";

/** Names that people give and that have nowhere to break. */
const LONG = "W".repeat(60);
/** An address on the way to the desk, which its proxy tells. */
const FROM = "203.0.113.7";
const PROXIED = { VOLARIS_PROXIES: "127.0.0.1" };

/** Asked from elsewhere, before there is an account. */
const SET_UP = [
  ["/set-up", "Set up this desk"],
  ["/set-up?problem=token", "Set up this desk"],
];

/** At a desk without accounts. */
const ALONE = [
  ["/settings/appearance", "Appearance"],
  ["/settings/appearance?done=look&was=light", "Appearance"],
  ["/settings/data", "Your data"],
  ["/settings/protect", "Protect this desk"],
  ["/settings/protect?problem=common", "Protect this desk"],
];

/** Whoever comes from elsewhere, by plain http, and is not signed in. */
const FAR = [
  ["/sign-in", "Sign in"],
  ["/join", "Join this desk"],
  ["/forgot", "Forgotten password"],
  ["/reset", "New password"],
];

/** Whoever is not signed in, and tried something. */
const NOBODY = [
  ["/sign-in?problem=wrong", "Sign in"],
  ["/sign-in?problem=reset", "Sign in"],
  ["/join?problem=invitation", "Join this desk"],
  ["/forgot?problem=email", "Forgotten password"],
  ["/reset?problem=sent", "New password"],
  ["/reset?problem=reset-code", "New password"],
];

/** Whoever has an account. */
const MEMBER = [
  ["/settings/profile", "Profile"],
  ["/settings/profile?done=name&was=Ada", "Profile"],
  ["/settings/profile?problem=name", "Profile"],
  ["/settings/appearance", "Appearance"],
  ["/settings/appearance?done=kept&was=light.green-red.compact", "Appearance"],
  ["/settings/security", "Security"],
  ["/settings/security?problem=password", "Security"],
  ["/settings/programs", "Programs"],
  ["/settings/data", "Your data"],
  ["/settings/data?problem=owner", "Your data"],
];

/** Whoever leads the desk, and is signed in with two browsers. */
const LEADER = [
  ["/settings/profile", "Profile"],
  ["/settings/security", "Security"],
  ["/settings/security?problem=present", "Security"],
  ["/people", "People"],
  ["/people?problem=here", "People"],
  ["/people/usage", "Usage and health"],
  ["/people/announcements", "Announcements"],
  ["/people/announcements?problem=announcement", "Announcements"],
  ["/people/log", "Audit log"],
];

/** Does `body` wide and on a phone, in a page that nobody is signed in with. */
async function lookAll(server, body) {
  for (const [{ width, height, touch }, theme] of [[WIDE, "dark"], [NARROW, "light"]]) {
    const page = await openPage({ server, path: "/settings", width, height, touch, theme });
    try {
      await body(page, theme, `${theme}-${width}`);
      await page.quit();
    } finally {
      await page.leave();
    }
  }
}

/** The page is somebody else's from now on, who comes from somewhere. */
async function become(page, server, theme, cookie, from) {
  const context = page.context();
  await context.clearCookies();
  await context.setExtraHTTPHeaders(from ? { "x-forwarded-for": from } : {});
  await setLook(page, server, theme);
  if (!cookie) return;
  const [name, value] = cookie.split("=");
  await context.addCookies([{ name, value, url: server.address }]);
}

/** Looks at the document that is shown, which has a heading; what it hides is opened. */
async function see(page, theme, heading) {
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
  const { way, surplus } = await page.evaluate(() => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    const { scrollWidth, clientWidth } = document.documentElement;
    const way = document.querySelector("nav [aria-current=page]");
    return { way: way?.innerText, surplus: scrollWidth - clientWidth };
  });
  const where = `${heading} at ${page.url()}`;
  assert.ok(surplus <= 0, `${where} is ${surplus} px too wide`);
  // Each page of the settings is named by the way that leads to it; an answer has none.
  const isAnswer = ["Invitation", "Key for programs"].includes(heading);
  const isPart = /^\/(settings|people)\b/.test(new URL(page.url()).pathname) && !isAnswer;
  assert.equal(way, isPart ? heading : undefined, `the way to ${where}`);
  await checkTheme(page, theme);
  await checkAxeInBothThemes(page);
}

/** Goes to documents, one after the other, and looks at each. */
async function seeAll(page, server, theme, documents) {
  for (const [path, heading] of documents) {
    await page.goto(`${server.address}${path}`);
    await see(page, theme, heading);
  }
}

/** Stays on a page that would lead on to an address by itself: no content is nowhere to go. */
const stay = (page, url) => page.route(url, (route) => route.fulfill({ status: 204 }));

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** A backup of a desk, in a file. */
async function backUp(server, file) {
  const words = ["--data", server.folder, "--listen", new URL(server.address).host, "backup", file];
  await promisify(execFile)(process.env.VOLARIS_BIN, words, { env: strangersOf(process.env) });
}

/** What comes of a file that is no backup, and of one that is. */
async function restore(page, server, theme, file) {
  const give = async (chosen) => {
    await page.goto(`${server.address}/settings/data`);
    await page.getByLabel(/^File of the backup/).setInputFiles(chosen);
    await press(page, "Restore it");
  };
  await give({ name: "a.db", mimeType: "text/plain", buffer: Buffer.from("no backup") });
  await see(page, theme, "Nothing was restored");
  // The browser itself complains of what was refused.
  const others = page.complaints.filter((one) => !/status of 422/.test(one));
  page.complaints.splice(0, Infinity, ...others);
  const starts = () => server.log().split("serving on").length;
  const before = starts();
  await give(file);
  await page.getByText("It was looked through").waitFor();
  // It would lead to the desk a moment later.
  await page.evaluate(() => stop());
  await until(() => before < starts(), "the desk begins anew");
  await see(page, theme, "The backup is whole");
}

test("the documents of a desk without accounts", async () => {
  const folder = await mkdtemp(joined(tmpdir(), "volaris-test-"));
  const server = await startVolaris({ env: PROXIED });
  try {
    const file = joined(folder, "backup.db");
    await backUp(server, file);
    await lookAll(server, async (page, theme) => {
      await become(page, server, theme, null, FROM);
      await seeAll(page, server, theme, SET_UP);
      await become(page, server, theme);
      await seeAll(page, server, theme, ALONE);
      await restore(page, server, theme, file);
    });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

/** What somebody sees who makes a key, and finds that there is no room for another. */
async function seeKey(page, server, theme) {
  await page.goto(`${server.address}/settings/programs`);
  const make = async () => {
    await page.getByLabel("Name of the program").fill(LONG);
    await page.getByLabel("Password, to make a key").fill(PASSWORD);
    await press(page, "Make a key");
  };
  await make();
  await see(page, theme, "Key for programs");
  await page.getByRole("link", { name: "I have kept it" }).click();
  await make();
  await page.getByRole("alert").filter({ hasText: "no room for another key" }).waitFor();
  await see(page, theme, "Programs");
  await page.goto(`${server.address}/settings/profile`);
  await page.locator(".account__limits [data-full]", { hasText: "keys" }).waitFor();
  await see(page, theme, "Profile");
}

/** What somebody sees who sets a second factor up. */
async function seeFactor(page, server, theme) {
  await page.goto(`${server.address}/settings/security`);
  await page.getByLabel("Password, to set it up").fill(PASSWORD);
  await press(page, "Set a second factor up");
  await see(page, theme, "Second factor");
  const secret = (await page.locator(".account__secret").innerText()).replaceAll(" ", "");
  const prove = async (code) => {
    await page.getByLabel("Code that the app shows").fill(code);
    await press(page, "Turn the second factor on");
  };
  await prove("000000");
  await page.getByRole("alert").waitFor();
  await see(page, theme, "Second factor");
  await prove(codeOf(secret));
  await see(page, theme, "Recovery codes");
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.getByText("Recovery codes left: 10.").waitFor();
  await see(page, theme, "Security");
}

/** What somebody sees who asks another in. */
async function seeInvitation(page, server, theme, name) {
  await page.goto(`${server.address}/people`);
  await page.getByLabel("E-mail", { exact: true }).fill(email(name));
  await press(page, "Make an invitation");
  await page.getByText("on its way to them by mail").waitFor();
  await see(page, theme, "Invitation");
}

/** Bob keeps a position, which is all that he may; gives the address of what he used. */
async function useUp(server, cookie) {
  const body = { position: "1 SPXW 15MAR24 5000C", name: "One" };
  assert.equal((await api(server, "/api/v1/positions", cookie, "POST", body)).status, 201);
  const { text } = await api(server, "/people/usage", await signInAgain(server));
  return /href="(\/people\/usage\?of=[^"]*)">bob@/.exec(text)[1];
}

/** Ada's second browser. */
async function signInAgain(server) {
  const fields = { email: email("ada"), password: PASSWORD };
  return cookieOf((await send(server, "/account/sign-in", fields)).set);
}

test("the documents of a desk with people, tiers and mail", async () => {
  const post = await startMailServer();
  const folder = await mkdtemp(joined(tmpdir(), "volaris-test-"));
  const lite = "[tiers.lite]\npositions = 1\napi_keys = 1\nquestions_a_day = 9\n";
  await writeFile(joined(folder, "volaris.toml"), lite);
  const server = await startVolaris({ folder, env: { ...PROXIED, ...post.env } });
  try {
    const ada = await protect(server);
    const usedByBob = await useUp(server, await join(server, "bob", ada));
    await send(server, "/settings/profile/name", { name: LONG }, ada);
    await send(server, "/people/announce", { text: LONG.repeat(6), days: 7 }, ada);
    await invite(server, LONG, ada);
    let network = 0;
    await lookAll(server, async (page, theme, look) => {
      await seeAll(page, server, theme, NOBODY);
      await become(page, server, theme, null, FROM);
      await seeAll(page, server, theme, FAR);
      await become(page, server, theme, ada);
      await seeAll(page, server, theme, [...LEADER, [usedByBob, "Usage and health"]]);
      await seeInvitation(page, server, theme, `asked-${look}`);
      const member = await join(server, look, ada);
      // Those of one network try no more than ten times a minute together.
      network += 1;
      await become(page, server, theme, member, `198.51.100.${network}`);
      await seeAll(page, server, theme, MEMBER);
      await seeKey(page, server, theme);
      await seeFactor(page, server, theme);
    });
  } finally {
    await server.stop();
    await post.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

/** What somebody sees on the way from the sign-in to the issuer and back, who has a factor. */
async function seeIssuer(page, { issuer, server }, theme) {
  const away = `${issuer.address}/authorize*`;
  await stay(page, away);
  await page.goto(`${server.address}/sign-in`);
  await press(page, "Sign in with Mock");
  const on = page.getByRole("link", { name: "Go on to Mock" });
  await on.waitFor();
  await see(page, theme, "Sign in");
  await page.unroute(away);
  await on.click();
  await page.getByRole("link", { name: "Continue" }).click();
  await page.getByText("Mock knows you.").waitFor();
  await see(page, theme, "Second factor");
  await seeAll(page, server, theme, [["/sign-in/code?problem=code-again", "Second factor"]]);
}

/** Makes a passkey; the section that lists it is there from then on. */
async function makePasskey(server, cookie) {
  const page = await openPage({ server, path: "/sign-in" });
  try {
    await become(page, server, "dark", cookie);
    await giveDevice(page);
    await page.goto(`${server.address}/settings/security`);
    await page.getByLabel("Name of the device").fill(LONG);
    await page.getByLabel("Password, to add a passkey").fill(PASSWORD);
    await press(page, "Add a passkey");
    await page.getByRole("button", { name: `Take away ${LONG}` }).waitFor();
    await page.quit();
  } finally {
    await page.leave();
  }
}

test("the documents of a desk with an issuer, passkeys and a demanded factor", async () => {
  const env = { VOLARIS_OIDC_CLIENT_SECRET: CLIENT.secret, VOLARIS_REQUIRE_SECOND_FACTOR: "true" };
  const both = await startBoth('domains = ["example.org"]', { env, host: "localhost" });
  const { issuer, server } = both;
  try {
    const ada = await protect(server);
    await turnFactorOn(server, ada);
    await walk(both, { path: "/account/connect", cookie: ada });
    await makePasskey(server, ada);
    const [bob, dee] = [await join(server, "bob", ada), await join(server, "dee", ada)];
    const begun = { present: PASSWORD };
    await send(server, "/account/second-factor/begin", begun, dee);
    const { person } = issuer;
    issuer.person = { sub: "2", email: "cy@example.org", email_verified: true };
    const { session: cy } = await walk(both);
    issuer.person = person;
    const begin = ["/account/second-factor", "Second factor"];
    await lookAll(server, async (page, theme) => {
      await seeAll(page, server, theme, [
        ["/sign-in", "Sign in"],
        ["/sign-in?problem=issuer-connect", "Sign in"],
      ]);
      await seeIssuer(page, both, theme);
      for (const somebody of [bob, cy, dee]) {
        await become(page, server, theme, somebody);
        await seeAll(page, server, theme, [begin, [`${begin[0]}?problem=wrong`, begin[1]]]);
      }
      await become(page, server, theme, ada);
      await seeAll(page, server, theme, [["/settings/security", "Security"]]);
    });
  } finally {
    await both.stop();
  }
});

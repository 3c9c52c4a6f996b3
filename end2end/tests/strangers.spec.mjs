// What somebody wrote is text wherever it is shown: nothing of it runs, on any screen. Each field
// has a mark of its own, which is sought on the screens that show what was written there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { cookieOf, live, send, until } from "../desk.mjs";
import { startMailServer } from "../mail_server.mjs";
import { NARROW, PASSWORD, WIDE, api, join, open, protect } from "../members.mjs";
import { giveDevice, startNamed } from "../passkeys.mjs";
import {
  BLANKLESS, DESK, EVIL, FIELDS, FIRST, LEADING, MEMBER, OTHERS, PLAN, RISK, SETTINGS, TYPED, evil,
  evilEmail, marksOn, textsOf,
} from "../strangers.mjs";
import { textFields } from "../text_fields.mjs";

/** Who asks from elsewhere is known by a line that the proxy adds. */
const PROXIED = { VOLARIS_PROXIES: "127.0.0.1" };

/** All that a page shows or says aloud. */
const toldOn = (page) =>
  page.evaluate(() => {
    const told = [document.title, document.body.innerText];
    for (const one of document.querySelectorAll("input, textarea, option, [aria-label], [title]")) {
      told.push(one.value ?? "", one.getAttribute("aria-label") ?? "", one.title, one.label ?? "");
    }
    return told.join("\n");
  });

/** Nothing of what was written runs. */
async function still(page, place) {
  const { ran, made } = await page.evaluate(() => ({
    ran: globalThis.ran,
    made: document.querySelectorAll("img[src=x], [onload], [onerror]").length
      + [...document.scripts].filter((one) => one.text === "ran=1").length,
  }));
  assert.deepEqual([ran, made], [undefined, 0], `something ran on ${place}`);
}

/** The places of the table that were looked at. */
const seen = new Set();

/** Waits until a page tells what was written into fields, and nothing of it runs. */
async function look(page, place, marks) {
  await until(async () => {
    const told = await toldOn(page);
    const missing = marks.filter((mark) => !textsOf(mark).some((text) => told.includes(text)));
    return missing.length === 0;
  }, `one of ${marks} is not told on ${place}`);
  await still(page, place);
  seen.add(place);
}

/** Goes to documents or screens, of `who` where they are not ada's, and looks at each. */
async function lookAll(page, server, paths, { isWide, who = "" }) {
  for (const path of paths) {
    await page.goto(`${server.address}${path}`);
    if (/^\/(chart|chain|plan|positions|volatility|exposure)/.test(path)) await live(page);
    // What comes a moment later is seen as well.
    await page.waitForTimeout(100);
    await look(page, `${path}${who}`, marksOn(`${path}${who}`, isWide));
  }
}

/** Types into a field, and sees what it makes of that. */
async function type(page, field, mark, press = "Enter") {
  const marks = marksOn(TYPED).filter((one) => one === mark);
  for (const text of evil(mark)) {
    await field.fill(text);
    await look(page, TYPED, marks);
    await field.press(press);
    await still(page, TYPED);
  }
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** Types a name into a form of a menu, which begins empty when it is made. */
async function nameIt(menu, field, text, act) {
  const button = menu.getByRole("button", { name: act, exact: true });
  await until(async () => {
    await field.fill(text);
    return button.isEnabled();
  }, `${text} is typed`);
  await button.click();
}

/** What programs and forms bring of ada's, and what others are called. */
async function writeByForms(server, ada) {
  for (const text of evil("ps")) {
    const body = { position: "1 SPXW 15MAR24 5000C", stage: "open", paid: 100, name: text };
    const { status } = await api(server, "/api/v1/positions", ada, "POST", body);
    assert.equal(status, 201, text);
  }
  for (const name of evil("ky")) {
    const fields = { name, scope: "read", present: PASSWORD };
    const { status } = await send(server, "/account/keys", fields, ada);
    assert.equal(status, 200, name);
  }
  const bob = await join(server, "bob", ada);
  for (const name of evil("nm")) {
    for (const one of [ada, bob]) await send(server, "/settings/profile/name", { name }, one);
  }
  const changed = { email: evilEmail("ne"), present: PASSWORD };
  const { to } = await send(server, "/settings/profile/email", changed, bob);
  assert.match(to, /done=email/);
  const eve = { email: evilEmail("jn"), role: "member" };
  const asked = await send(server, "/people/invite", eve, ada);
  const code = /<code class="account__secret">([^<]*)</.exec(await asked.answer.text())[1];
  const fields = { email: evilEmail("jn"), code, password: PASSWORD };
  const joined = await send(server, "/account/join", fields);
  assert.equal(joined.to, "/");
  return cookieOf(joined.set);
}

async function openLists(page) {
  await page.locator(".desk__watch .menu__button").click();
  const lists = page.getByRole("dialog", { name: "Watchlists" });
  await lists.getByRole("group", { name: "Watchlists" }).waitFor();
  return lists;
}

async function openLayouts(page) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press(".");
  return page.getByRole("dialog", { name: "Layout" });
}

/**
 * Names of lists and layouts, and a file of what is no ticker. What had the focus goes with a list
 * that is made: the next key is the menu's, not the page's.
 */
async function nameThings(page) {
  for (const text of evil("wl")) {
    const lists = await openLists(page);
    await nameIt(lists, lists.getByPlaceholder("New list"), text, "Make");
    await lists.getByRole("button", { name: `${text} · 0` }).waitFor();
    await lists.press("Escape");
  }
  for (const text of evil("wr")) {
    const lists = await openLists(page);
    await nameIt(lists, lists.getByPlaceholder("New list"), "Funds", "Make");
    await lists.getByRole("button", { name: "Funds · 0" }).waitFor();
    await nameIt(lists, lists.getByPlaceholder("Another name"), text, "Rename");
    await lists.getByRole("button", { name: `${text} · 0` }).waitFor();
    await look(page, "the menu of lists", ["wl", "wr"]);
    await lists.press("Escape");
  }
  const lists = await openLists(page);
  const buffer = Buffer.from(`SPX,fi${BLANKLESS}`);
  const file = { name: `${EVIL[3]}.txt`, mimeType: "text/plain", buffer };
  await lists.getByLabel("A file of tickers").setInputFiles(file);
  await look(page, "a toast", ["fi"]);
  await lists.press("Escape");
  for (const text of evil("ly")) {
    const layouts = await openLayouts(page);
    await nameIt(layouts, layouts.getByRole("textbox", { name: "Name" }), text, "Keep");
    await page.locator(".toast", { hasText: `${text} is kept.` }).waitFor();
    await look(page, "the menu of layouts", ["ly"]);
    await layouts.press("Escape");
  }
}

/** Notes on the chart, and the menu that lists them. */
async function writeNotes(page) {
  const box = await page.locator(".price-chart__canvas").boundingBox();
  const tools = page.getByRole("toolbar", { name: "Drawing tools" });
  for (const [place, text] of evil("no").entries()) {
    await tools.getByRole("button", { name: "Note", exact: true }).click();
    await page.mouse.click(box.x + 150 + 60 * place, box.y + 200 + 40 * place);
    const words = page.getByRole("textbox", { name: "Words of the note" });
    await words.fill(text);
    await words.press("Enter");
    await look(page, TYPED, ["no"]);
    await page.locator(".price-chart__canvas").focus();
    await page.keyboard.press("Escape");
  }
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await page.getByRole("dialog", { name: "Draw" }).getByText(evil("no")[3]).waitFor();
  await look(page, "the drawings", ["no"]);
  await page.keyboard.press("Escape");
}

/** What is sought, and found nowhere. */
async function seek(page) {
  await type(page, page.getByRole("combobox", { name: "Search symbol" }), "ss");
  await type(page, page.getByRole("combobox", { name: "Add a symbol" }), "as");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("combobox", { name: "Symbol, timeframe or command" });
  await type(page, palette, "pa", "ArrowDown");
  await palette.fill("glossary");
  await palette.press("Enter");
  const glossary = page.getByRole("dialog", { name: "Glossary" });
  await type(page, glossary.getByRole("searchbox"), "gl");
  await page.keyboard.press("Escape");
  await glossary.waitFor({ state: "hidden" });
  await press(page, "Indicators");
  const menu = page.getByRole("dialog", { name: "Indicators" });
  await type(page, menu.getByRole("searchbox"), "in");
  await menu.getByRole("searchbox").fill("relative");
  await menu.getByRole("button", { name: /^RSI 14/ }).click();
  await menu.getByRole("button", { name: "Settings of RSI 14" }).click();
  await type(page, menu.getByRole("textbox", { name: "Length" }), "sn");
  await menu.getByRole("alert").getByText("is no number").waitFor();
}

/** The builder: what it is given, and the name that what it holds is kept under. */
async function plan(page, server) {
  await page.goto(`${server.address}${PLAN}`);
  await live(page);
  await page.locator(".plan-payoff__now").waitFor();
  await type(page, page.getByLabel(/^Price of one in points/), "pc");
  await type(page, page.getByLabel(/^Quantity of/).first(), "qt");
  await type(page, page.getByLabel(/^Strike of/).first(), "sk");
  for (const text of evil("kp")) {
    await press(page, "Keep");
    const menu = page.getByRole("dialog", { name: "Keep this position" });
    await nameIt(menu, menu.getByRole("textbox", { name: "Name" }), text, "Keep as planned");
    await page.getByText(`${text} is kept as planned.`).waitFor();
    await look(page, "a toast", ["kp"]);
  }
  await page.getByRole("button", { name: "Size", exact: true }).click();
  await type(page, page.getByLabel("Account, $"), "ac");
  await type(page, page.getByLabel("Risk", { exact: true }), "ac");
  await page.keyboard.press("Escape");
  await type(page, page.getByRole("textbox", { name: "Position" }), "nt");
  await page.locator("#plan-wrong").getByText(/./).waitFor();
}

/** Positions on the table: their names, and amounts that are none. */
async function change(page, server, ada) {
  const keep = async (name, stage) => {
    const sums = { planned: {}, open: { paid: 100 }, closed: { paid: 100, received: 90 } }[stage];
    const body = { position: "2 SPXW 15MAR24 5000C", stage, name, ...sums };
    const { status, text } = await api(server, "/api/v1/positions", ada, "POST", body);
    assert.equal(status, 201, text);
  };
  for (const stage of ["planned", "open", "closed"]) await keep(`Some ${stage}`, stage);
  await page.goto(`${server.address}/positions/SPX`);
  await live(page);
  const row = (name) => page.locator(".position").filter({ hasText: name }).getByRole("button");
  const form = (name) => page.getByRole("form", { name });
  for (const [stage, forms] of [
    ["closed", { Change: ["Paid, $", "Fees, $", "Received, $"] }],
    ["planned", { "It was opened": ["Paid, $", "Fees, $"] }],
    ["open", { Close: ["Units", "Received, $", "Fees, $"], Change: ["Paid, $", "Fees, $"] }],
  ]) {
    await page.getByRole("button", { name: new RegExp(`^${stage} \\d`, "i") }).click();
    if (stage === "planned") await look(page, "what is planned", ["kp"]);
    await row(`Some ${stage}`).click();
    for (const [name, labels] of Object.entries(forms)) {
      for (const label of labels) await type(page, form(name).getByLabel(label), "am");
    }
  }
  let before = "Some open";
  for (const text of evil("rn")) {
    if (!(await form("Change").isVisible())) await row(before).click();
    await form("Change").getByLabel("Name").fill(text);
    for (const label of ["Paid, $", "Fees, $"]) await form("Change").getByLabel(label).fill("1");
    await form("Change").getByRole("button", { name: "Save" }).click();
    await row(text).waitFor();
    await look(page, "the table", ["rn"]);
    before = text;
  }
}

/** Forms that are refused, and show again what was typed: the way there, and marks by labels. */
const REFUSED = [
  ["/sign-in", "Sign in", { "E-mail": "si", "Code, if the account has a second factor": "co" }],
  ["/join", "Join", { "E-mail that was invited": "jo", Code: "co" }],
  ["/forgot", "Send a code", { "E-mail": "fo" }],
  ["/reset", "Set the password anew", { "E-mail": "re", "Code from the mail": "co" }],
];
const SET_UP = ["/set-up", "Set up this desk", { "Set-up token": "st", "E-mail": "su" }];
const PROTECT = ["/settings/protect", "Protect this desk", { "E-mail": "pr" }];

/** Sends a form that is refused, and looks at what comes back. */
async function refuse(page, server, [path, act, marks], fields = FIELDS) {
  for (const place of EVIL.keys()) {
    await page.goto(`${server.address}${path}`);
    const button = page.getByRole("button", { name: act, exact: true });
    const form = page.locator("form").filter({ has: button });
    // The browser would refuse what is no address itself.
    await form.evaluate((form) => (form.noValidate = true));
    for (const [label, mark] of Object.entries(marks)) {
      await form.getByLabel(label, { exact: true }).fill(evil(mark)[place]);
    }
    const password = form.locator("[type=password]");
    if (0 < (await password.count())) await password.fill(PASSWORD);
    await button.click();
    await page.locator("#said").waitFor();
    await look(page, path, marksOn(path, true, fields));
  }
}

/** The page's requests come from elsewhere, each time from another place; or from here. */
const comeFrom = (page, place) =>
  page.context().setExtraHTTPHeaders(place ? { "x-forwarded-for": `203.0.113.${place}` } : {});

/** Passkeys are named by hand, on the page that lists them. */
async function namePasskeys(page, server) {
  await page.goto(`${server.address}/settings/security`);
  const device = await giveDevice(page);
  for (const name of evil("pk")) {
    await page.getByLabel("Name of the device").fill(name);
    await page.getByLabel("Password, to add a passkey").fill(PASSWORD);
    await press(page, "Add a passkey");
    await page.getByRole("button", { name: `Take away ${name}` }).waitFor();
    // The same device twice is one too many.
    await device.say("clearCredentials");
  }
}

/** Pages that answer a form: an invitation, a key, and the steps of a second factor. */
async function answer(page, server) {
  await page.goto(`${server.address}/people`);
  await page.locator("form").evaluateAll((forms) => forms.map((form) => (form.noValidate = true)));
  await page.getByLabel("E-mail", { exact: true }).fill(evilEmail("iv"));
  await press(page, "Make an invitation");
  await page.getByRole("heading", { name: "Invitation" }).waitFor();
  await look(page, "an invitation", ["iv", "nm"]);
  await page.goto(`${server.address}/settings/programs`);
  await page.getByLabel("Name of the program").fill(evil("ky")[0]);
  await page.getByLabel("Password, to make a key").fill(PASSWORD);
  await press(page, "Make a key");
  await page.getByRole("heading", { name: "Key for programs" }).waitFor();
  await look(page, "a new key", []);
}

/** What stands in an address is a stranger's as well. */
const ADDRESSES = [
  (text) => `/chart/${text}`,
  (text) => `/chart/SPX?span=${text}`,
  (text) => `/plan/SPX?position=${text}`,
  (text) => `/sign-in?next=${text}&problem=${text}`,
  (text) => `/account?problem=${text}&done=${text}`,
  (text) => `/settings/profile?done=name&was=${text}`,
  (text) => `/settings/appearance?done=look&was=${text}`,
  (text) => `/settings/appearance?done=kept&was=${text}`,
  (text) => `/people/usage?of=${text}`,
  (text) => `/${text}`,
];

/** A desk whose pages all end with the test. */
async function withDesk(options, body) {
  const { server, named } = await startNamed(options);
  const pages = [];
  const visit = async (path, cookie, size) => {
    const page = await open(named, path, cookie, size);
    page.on("dialog", (dialog) => dialog.dismiss());
    pages.push(page);
    return page;
  };
  try {
    await body({ server: named, visit });
    for (const page of pages) {
      // The browser itself complains of pages that are not there, and of what was refused.
      const others = page.complaints.filter((one) => !/status of (404|422)/.test(one));
      page.complaints.splice(0, Infinity, ...others);
      await page.quit();
    }
  } finally {
    for (const page of pages) await page.leave();
    await server.stop();
  }
}

/** What is announced comes into a page that is open. */
async function announce(page, server, ada) {
  for (const text of evil("an")) await send(server, "/people/announce", { text, days: 1 }, ada);
  // It asks anew when somebody looks at it again, once the code that asks has come.
  await until(async () => {
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    return page.locator(".news-bar").isVisible();
  }, "an announcement does not come into an open page");
  await look(page, "an open page", ["an"]);
}

/** Every screen and document, as who leads the desk, and as another. */
async function lookEverywhere(visit, server, [ada, eve], size) {
  const isWide = size === WIDE;
  const hers = await visit("/settings", ada, size);
  await lookAll(hers, server, [...DESK, PLAN, RISK, "/developers"], { isWide });
  await lookAll(hers, server, [...SETTINGS, ...LEADING], { isWide });
  const theirs = await visit("/settings", eve, size);
  await lookAll(theirs, server, MEMBER, { isWide, who: ", a member" });
  if (isWide) return;
  await hers.goto(`${server.address}/chart/SPX`);
  await live(hers);
  await hers.getByRole("button", { name: "Watch" }).tap();
  await look(hers, "the list", ["wr"]);
}

test("text of strangers is text on every screen", async () => {
  const post = await startMailServer();
  const env = { ...PROXIED, ...post.env };
  const tried = withDesk({ env }, async ({ server, visit }) => {
    const ada = await protect(server);
    const eve = await writeByForms(server, ada);
    const desk = await visit("/chart/SPX", ada, WIDE);
    await live(desk);
    await announce(desk, server, ada);
    await nameThings(desk);
    await writeNotes(desk);
    await seek(desk);
    await plan(desk, server);
    await change(desk, server, ada);
    // Whoever proves who they are more than ten times at one place would have to wait as well.
    await comeFrom(desk, 99);
    await namePasskeys(desk, server);
    await answer(desk, server);
    const stranger = await visit("/sign-in", null, WIDE);
    for (const [place, form] of REFUSED.entries()) {
      // Those of one place would have to wait after ten tries.
      await comeFrom(stranger, place + 1);
      await refuse(stranger, server, form);
    }
    await send(server, "/account/second-factor/begin", { present: PASSWORD }, eve);
    for (const size of [WIDE, NARROW]) await lookEverywhere(visit, server, [ada, eve], size);
    const places = Object.values(FIELDS).flatMap(({ on, wide = [] }) => [...on, ...wide]);
    const unseen = places.filter((place) => !seen.has(place));
    assert.deepEqual(unseen, [], "a place of the table is not looked at");
    const page = await visit("/chart/SPX", ada, WIDE);
    for (const path of ADDRESSES) {
      for (const text of EVIL) {
        await page.goto(`${server.address}${path(encodeURIComponent(text))}`);
        await page.waitForTimeout(50);
        await still(page, path(text));
      }
    }
  });
  await tried.finally(() => post.stop());
});

test("text of whoever makes the first account is text as well", async () => {
  const env = { ...PROXIED, VOLARIS_REQUIRE_SECOND_FACTOR: "true" };
  await withDesk({ env }, async ({ server, visit }) => {
    const page = await visit("/settings", null, WIDE);
    await refuse(page, server, PROTECT, FIRST);
    await comeFrom(page, 1);
    await refuse(page, server, SET_UP, FIRST);
    await page.goto(`${server.address}/set-up`);
    const form = page.locator("form", { has: page.getByRole("button", { name: "Restore it" }) });
    await form.getByLabel("Set-up token").fill(evil("st")[3]);
    const file = { name: `${EVIL[3]}.db`, mimeType: "text/plain", buffer: Buffer.from(EVIL[3]) };
    await form.getByLabel(/^File/).setInputFiles(file);
    await press(page, "Restore it");
    await page.getByRole("heading", { name: "Nothing was restored" }).waitFor();
    await look(page, "a refused backup", []);
    const first = { email: evilEmail("fd"), password: PASSWORD };
    const cookie = cookieOf((await send(server, "/account/protect", first)).set);
    const begin = await visit("/account/second-factor", cookie, NARROW);
    await look(begin, "/account/second-factor", ["fd"]);
  });
});

test("every text field of the product is tried with a text that does harm", async () => {
  const known = [FIELDS, FIRST].flatMap((table) => Object.values(table));
  const named = new Set([...known.flatMap((field) => field.from), ...OTHERS]);
  const found = new Set(await textFields());
  const unknown = [...found].filter((field) => !named.has(field));
  assert.deepEqual(unknown, [], "nobody tries what these fields do with what is written there");
  assert.deepEqual([...named].filter((field) => !found.has(field)), [], "these are gone");
});

// The settings: each part by mouse, finger and keys, what it saves at once, and the way back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkAxe, cookieOf, live, openPage, send, startVolaris, visit } from "../desk.mjs";
import { NARROW, PASSWORD, WIDE, email, invite, join, open, protect } from "../members.mjs";

/** What a browser's document says of how the desk looks. */
const looks = (page) =>
  page.evaluate(() => {
    const { theme, colors, density } = document.documentElement.dataset;
    return [theme, colors, density];
  });

/** Goes from one element to the next by the Tab key until one has this name. */
async function tabTo(page, role, name) {
  const wanted = page.getByRole(role, { name, exact: true });
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`the Tab key does not reach ${name}`);
}

visit("a desk without accounts has its looks, its data, and the offer to protect it",
  { path: "/settings" }, async ({ page, server }) => {
    await page.getByRole("heading", { name: "Appearance" }).waitFor();
    const ways = await page.getByRole("navigation").getByRole("link").allInnerTexts();
    assert.deepEqual(ways, ["Appearance", "Your data", "Protect this desk"]);
    assert.equal(await page.getByRole("button", { name: /Sign out|every browser/ }).count(), 0);
    await page.getByRole("button", { name: "Light" }).click();
    await page.getByRole("status").getByText("Light, green and red, comfortable").waitFor();
    await page.getByRole("button", { name: "Blue and orange" }).click();
    await page.getByRole("button", { name: "Compact" }).click();
    assert.deepEqual(await looks(page), ["light", "blue-orange", "compact"]);
    // The desk itself looks so, and what it chooses is seen here.
    await page.getByRole("link", { name: "Back to the desk" }).click();
    await live(page);
    assert.deepEqual(await looks(page), ["light", "blue-orange", "compact"]);
    await page.getByRole("button", { name: "Use the dark theme" }).click();
    await page.locator("html[data-theme=dark]").waitFor();
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("heading", { name: "Protect this desk" }).waitFor();
    await page.getByRole("link", { name: "Appearance" }).click();
    assert.deepEqual(await looks(page), ["dark", "blue-orange", "compact"]);
    await page.getByRole("button", { name: "Dark", pressed: true }).waitFor();
    // What is an account's leads to what there is.
    for (const part of ["profile", "security", "programs"]) {
      await page.goto(`${server.address}/settings/${part}`);
      assert.equal(page.url(), `${server.address}/settings/appearance`);
    }
    for (const form of ["profile/name", "profile/email", "appearance/keep"]) {
      assert.equal((await send(server, `/settings/${form}`, { kept: "" })).to, "/settings", form);
    }
    const nonsense = await send(server, "/settings/appearance", { look: "sepia" });
    assert.equal(nonsense.status, 400);
  });

test("what is pressed by keys alone is saved, and undone", async () => {
  const server = await startVolaris();
  const page = await open(server, "/settings/appearance", await protect(server), WIDE);
  const enter = () => Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  const undo = async () => {
    // The note is where the page was led to: the next stop is the way back.
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Undo");
    await enter();
  };
  try {
    const usual = ["dark", "green-red", "comfortable"];
    for (const [place, name] of ["Light", "Blue and orange", "Compact"].entries()) {
      await tabTo(page, "button", name);
      await enter();
      await page.getByRole("button", { name, pressed: true }).waitFor();
      const chosen = (await looks(page))[place];
      assert.notEqual(chosen, usual[place]);
      await undo();
      await page.getByRole("button", { name, pressed: false }).waitFor();
      assert.deepEqual(await looks(page), usual);
      // Undone is undone again by the same press.
      await undo();
      assert.equal((await looks(page))[place], chosen);
      await undo();
    }
    const keep = "Use these on every browser I sign in with";
    await tabTo(page, "button", keep);
    await enter();
    await page.getByText("begins like this: Dark, green and red, comfortable.").waitFor();
    assert.equal(await page.getByRole("button", { name: keep }).count(), 0);
    await undo();
    await page.getByText("begins as every desk does: dark").waitFor();
    await tabTo(page, "link", "Profile");
    await enter();
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    await tabTo(page, "textbox", "What others call you");
    await page.keyboard.type("Ada Lovelace");
    await enter();
    await page.getByText("Others call you Ada Lovelace from now on.").waitFor();
    await undo();
    await page.getByText("Others read your e-mail address alone.").waitFor();
    assert.equal(await page.getByLabel("What others call you").inputValue(), "");
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

test("a name stands beside its address wherever others read it", async () => {
  const server = await startVolaris();
  const ada = await protect(server);
  const bob = await join(server, "bob", ada);
  const [his, hers] = [
    await open(server, "/account", bob, NARROW),
    await open(server, "/account", ada, WIDE),
  ];
  try {
    const save = async (name) => {
      await his.getByLabel("What others call you").fill(name);
      await his.getByRole("button", { name: "Save the name" }).tap();
    };
    await save("  Bob \t Ross ");
    await his.getByText("Others call you Bob Ross from now on.").waitFor();
    await his.getByText(`Bob Ross (${email("bob")})`).waitFor();
    await checkAxe(his);
    // Whoever looks at the address bar reads nothing of it.
    assert.doesNotMatch(his.url(), /Ross|bob|@|%40/i);
    await save("ada@example.com");
    await his.getByRole("alert").filter({ hasText: "no @" }).waitFor();
    await send(server, "/people/announce", { text: "Hello", days: 1 }, ada);
    await hers.getByRole("link", { name: "People" }).click();
    const row = hers.locator("li", { hasText: email("bob") });
    assert.match(await row.innerText(), /^Bob Ross · bob@example\.com\nMember since/);
    await checkAxe(hers);
    await hers.getByRole("link", { name: "Audit log" }).click();
    await hers.getByText("Bob Ross (bob@example.com) Changed the name").waitFor();
    await hers.getByText("Bob Ross (bob@example.com) Joined").waitFor();
    // Nothing of another name is left when it is taken back.
    await save("Robert");
    await his.getByRole("button", { name: "Undo" }).tap();
    await his.getByText("Others call you Bob Ross from now on.").waitFor();
    await save("");
    await his.getByText("Others read your e-mail address alone.").waitFor();
    assert.equal(await his.getByText("Bob Ross").count(), 0);
    for (const page of [his, hers]) await page.quit();
  } finally {
    for (const page of [his, hers]) await page.leave();
    await server.stop();
  }
});

test("an address is changed by who knows the password, and taken back by one press", async () => {
  const server = await startVolaris();
  const ada = await protect(server);
  const bob = await join(server, "bob", ada);
  const elsewhere = await signIn(server, "bob");
  await invite(server, "dee", ada);
  const page = await open(server, "/settings/profile", bob, NARROW);
  try {
    const change = async (to, password) => {
      await page.getByLabel("New e-mail address").fill(to);
      await page.getByLabel("Password, to change it").fill(password);
      await page.getByRole("button", { name: "Change the address" }).tap();
    };
    const alert = (text) => page.getByRole("alert").filter({ hasText: text }).waitFor();
    await change(email("robert"), "wrong horse battery");
    await alert("not your password");
    // Whose it is already, or who is invited by it, is told by the same words.
    for (const name of ["ada", "dee"]) {
      await change(email(name), PASSWORD);
      await alert("in use on this desk");
      await page.goto(`${server.address}/settings/profile`);
    }
    await page.getByText(`You sign in as ${email("bob")}.`).waitFor();
    await change(" Robert@Example.com ", PASSWORD);
    await page.getByText(`You sign in as ${email("robert")} from now on.`).waitFor();
    await checkAxe(page);
    assert.doesNotMatch(page.url(), /robert|bob|@|%40/i);
    assert.equal(await signIn(server, "bob"), null);
    assert.ok(await signIn(server, "robert"));
    // What was before is good for the browser that changed it, and no other.
    const was = new URL(page.url()).searchParams.get("was");
    const undo = (cookie, word) =>
      send(server, "/settings/profile/email/undo", { was: word }, cookie);
    const late = "/settings/profile?problem=late";
    for (const [cookie, word] of [[elsewhere, was], [ada, was], [bob, was.slice(2)], [bob, ""]]) {
      assert.equal((await undo(cookie, word)).to, late, word);
    }
    await page.getByRole("button", { name: "Undo" }).tap();
    await page.getByText(`You sign in as ${email("bob")}.`).waitFor();
    // There is no way back from the way back: that would be another address without a password.
    assert.equal(await page.getByRole("button", { name: "Undo" }).count(), 0);
    assert.ok(await signIn(server, "bob"));
    assert.equal(await signIn(server, "robert"), null);
    await page.getByRole("link", { name: "Security" }).tap();
    await page.getByRole("heading", { name: "Security" }).waitFor();
    const happened = await page.locator(".account__happened li").allInnerTexts();
    const told = happened.map((text) => text.split("\n")[0].trim());
    assert.equal(told.filter((what) => what === "Changed the e-mail address").length, 2);
    assert.ok(!server.log().includes("@example.com"), "the log has no address");
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

/** Signs somebody in; their cookie, or nothing. */
async function signIn(server, name) {
  const fields = { email: email(name), password: PASSWORD };
  const { to, set } = await send(server, "/account/sign-in", fields);
  return to === "/" ? cookieOf(set) : null;
}

test("whose addresses there are is not found out by the hundred", async () => {
  const server = await startVolaris();
  try {
    const ada = await protect(server);
    const tried = [];
    for (let tries = 0; tries < 14; tries += 1) {
      const fields = { email: email(`${tries}`), present: "wrong horse battery" };
      tried.push((await send(server, "/settings/profile/email", fields, ada)).to);
    }
    const problems = tried.map((to) => to.split("problem=")[1]);
    assert.equal(problems[9], "present", `${problems}`);
    assert.equal(problems[13], "wait", `${problems}`);
    // Nor does who knows the password find them out any faster.
    const fields = { email: email("bob"), present: PASSWORD };
    const { to } = await send(server, "/settings/profile/email", fields, ada);
    assert.equal(to, "/settings/profile?problem=wait");
  } finally {
    await server.stop();
  }
});

test("a browser that chose nothing begins as its person wants", async () => {
  const server = await startVolaris();
  const ada = await protect(server);
  const first = await open(server, "/settings/appearance", ada, WIDE);
  const pages = [first];
  const signInWith = async (options) => {
    const page = await openPage({ server, path: "/settings/appearance", ...options });
    pages.push(page);
    await page.getByLabel("E-mail").fill(email("ada"));
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Appearance" }).waitFor();
    return page;
  };
  try {
    for (const name of ["Light", "Compact", "Use these on every browser I sign in with"]) {
      await first.getByRole("button", { name }).click();
    }
    await first.getByText("Light, green and red, compact: kept for your other").waitFor();
    const fresh = await signInWith({ ...NARROW, theme: undefined, isFirstVisit: true });
    assert.deepEqual(await looks(fresh), ["light", "green-red", "compact"]);
    const chosen = await signInWith({ cookies: { volaris: "dark.Key.blue-orange" } });
    assert.deepEqual(await looks(chosen), ["dark", "blue-orange", "comfortable"]);
    // It offers to take the place of what is kept; both ways lead back.
    await chosen.getByRole("button", { name: /^Use these/ }).click();
    await chosen.getByText("Dark, blue and orange, comfortable: kept for your other").waitFor();
    await chosen.getByRole("button", { name: "Undo" }).click();
    await chosen.getByText("Light, green and red, compact: kept for your other").waitFor();
    await chosen.getByRole("button", { name: "Begin as every desk does" }).click();
    await chosen.getByText("Your other browsers begin as every desk does.").waitFor();
    const last = await signInWith({ isFirstVisit: true });
    assert.deepEqual(await looks(last), ["dark", "green-red", "comfortable"]);
    const nonsense = await send(server, "/settings/appearance/keep", { kept: "sepia" }, ada);
    assert.equal(nonsense.status, 400);
    for (const page of pages) await page.quit();
  } finally {
    for (const page of pages) await page.leave();
    await server.stop();
  }
});

test("the address from before there were parts leads to the right one", async () => {
  const server = await startVolaris();
  try {
    const led = async (path, cookie = "") => {
      const options = { redirect: "manual", headers: { cookie, accept: "text/html" } };
      return (await fetch(`${server.address}${path}`, options)).headers.get("location");
    };
    assert.equal(await led("/account"), "/settings/protect");
    const ada = await protect(server);
    assert.equal(await led("/account", ada), "/settings/profile");
    assert.equal(await led("/settings", ada), "/settings/profile");
    assert.equal(await led("/settings/protect", ada), "/settings/profile");
    const told = await led("/account?problem=wrong", ada);
    assert.equal(told, "/settings/security?problem=wrong&done=");
    assert.equal(await led("/account"), "/sign-in?next=%2Faccount");
  } finally {
    await server.stop();
  }
});

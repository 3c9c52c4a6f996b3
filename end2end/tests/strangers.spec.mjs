// What somebody wrote is text wherever it is shown: nothing of it runs, on any screen.

import assert from "node:assert/strict";
import { test } from "node:test";

import { live, send, startVolaris, until } from "../desk.mjs";
import { NARROW, PASSWORD, WIDE, api, invite, open, protect } from "../members.mjs";

/** In the place of a text, an attribute, a script, a text area, and of a formatted text. */
const EVIL = [
  `"><img src=x onerror=ran=1>`,
  `</textarea><svg onload=ran=1>`,
  `'-(ran=1)-'{{ran=1}}\${ran=1}`,
  `</title><script>ran=1</script>`,
];
/** An address may have no blank. */
const EVIL_EMAIL = `"><svg/onload=ran=1>@example.com`;

const PAGES = [
  "/chart/SPX",
  "/chain/SPX",
  "/plan/SPX?position=1_SPXW_15MAR24_5000C",
  "/positions/SPX",
  "/volatility/SPX",
  "/exposure/SPX",
  "/developers",
  "/settings/profile",
  "/settings/security",
  "/settings/programs",
  "/people",
  "/people/log",
  "/people/usage",
  "/people/announcements",
];

/** Those on which some of it stands as text. */
const SHOWS = /^\/(chart|chain|positions|settings|people)/;

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

test("text of strangers is text on every screen", async () => {
  const server = await startVolaris();
  const pages = [];
  const visit = async (path, cookie, look) => {
    const page = await open(server, path, cookie, look);
    page.on("dialog", (dialog) => dialog.dismiss());
    pages.push(page);
    return page;
  };
  const still = async (page, where) => {
    const { ran, made } = await page.evaluate(() => ({
      ran: globalThis.ran,
      made: document.querySelectorAll("img[src=x], svg[onload], [onerror]").length,
    }));
    assert.deepEqual([ran, made], [undefined, 0], `something ran on ${where}`);
  };
  try {
    const ada = await protect(server);
    for (const text of EVIL) {
      const body = { position: "1 SPXW 15MAR24 5000C", stage: "open", paid: 100, name: text };
      const { status } = await api(server, "/api/v1/positions", ada, "POST", body);
      assert.equal(status, 201, text);
      await send(server, "/people/announce", { text, days: 1 }, ada);
      await send(server, "/settings/profile/name", { name: text }, ada);
      const key = await send(server, "/account/keys", { name: text, scope: "read" }, ada);
      assert.equal(key.status, 200, text);
      assert.ok(!(await key.answer.text()).includes("<svg onload"), text);
    }
    const made = await send(server, "/people/invite", { email: EVIL_EMAIL, role: "member" }, ada);
    assert.equal(made.status, 200);
    const code = /<code class="account__secret">([^<]*)</.exec(await made.answer.text())[1];
    const fields = { email: EVIL_EMAIL, code, password: PASSWORD };
    assert.equal((await send(server, "/account/join", fields)).to, "/");
    await invite(server, "bob", ada);

    // Lists, layouts and drawings are named on the screen.
    const desk = await visit("/chart/SPX", ada, WIDE);
    await live(desk);
    for (const text of EVIL) {
      await desk.locator(".desk__watch .menu__button").click();
      const lists = desk.getByRole("dialog", { name: "Watchlists" });
      const make = lists.getByRole("button", { name: "Make" });
      await until(async () => {
        await lists.getByPlaceholder("New list").fill(text.slice(0, 30));
        return make.isEnabled();
      }, "a list is named");
      await make.click();
      await desk.keyboard.press("Escape");
      await desk.evaluate(() => document.activeElement?.blur());
      await desk.keyboard.press(".");
      const layouts = desk.getByRole("dialog", { name: "Layout" });
      const keep = layouts.getByRole("button", { name: "Keep", exact: true });
      // A form that was made in this instant begins empty, whatever was typed in it already.
      await until(async () => {
        await layouts.getByRole("textbox", { name: "Name" }).fill(text);
        return keep.isEnabled();
      }, "a name is typed");
      await keep.click();
      await desk.locator(".toast", { hasText: `${text} is kept.` }).waitFor();
      await desk.keyboard.press("Escape");
      await desk.keyboard.press("Control+k");
      await desk.locator(".palette__field").fill(text);
      await still(desk, "the palette");
      await desk.keyboard.press("Escape");
    }
    for (const look of [WIDE, NARROW]) {
      const page = await visit("/chart/SPX", ada, look);
      for (const path of PAGES) {
        await page.goto(`${server.address}${path}`);
        if (/^\/(chart|chain|plan|positions|volatility|exposure)/.test(path)) await live(page);
        await page.waitForTimeout(200);
        await still(page, path);
        if (!SHOWS.test(path)) continue;
        const shown = await page.locator("body").innerText();
        assert.ok(shown.includes("ran=1"), `${path} shows nothing of it`);
      }
    }
    const page = await visit("/chart/SPX", ada, WIDE);
    for (const path of ADDRESSES) {
      for (const text of EVIL) {
        await page.goto(`${server.address}${path(encodeURIComponent(text))}`);
        await page.waitForTimeout(50);
        await still(page, path(text));
      }
    }
    // The browser itself complains of pages that are not there.
    page.complaints.splice(0, Infinity, ...page.complaints.filter((one) => !/404/.test(one)));
    for (const one of pages) await one.quit();
  } finally {
    for (const one of pages) await one.context().browser().close();
    await server.stop();
  }
});

// What stands above a screen: the offer to protect a desk without accounts, and what those tell
// everybody who lead one with accounts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkAxe, live, send, startVolaris, until, visit } from "../desk.mjs";
import { NARROW, WIDE, api, join, open, protect } from "../members.mjs";

const bar = (page) => page.getByRole("complementary", { name: "News" });

for (const look of [WIDE, NARROW]) {
  visit(
    `at first the desk offers to be protected, until that is declined, ${look.width} wide`,
    { hasNews: true, path: "/chain/SPX", ...look },
    async ({ page, server }) => {
      await live(page);
      await bar(page).getByText("Whoever sits at this machine is at this desk.").waitFor();
      await checkAxe(page);
      // The screen has the height that is left, and nothing lies beyond it.
      const { screen, whole } = await page.evaluate(() => ({
        screen: document.querySelector(".desk").getBoundingClientRect().bottom,
        whole: document.documentElement.scrollHeight,
      }));
      assert.deepEqual([Math.round(screen), whole], [look.height, look.height]);
      await bar(page).getByRole("link", { name: "Protect it" }).click();
      await page.getByRole("heading", { name: "Protect this desk" }).waitFor();
      await page.getByRole("link", { name: "Back to the desk" }).click();
      await live(page);
      await page.goto(`${server.address}/chain/NDX`);
      await bar(page).getByRole("button", { name: "Close this notice" }).click();
      await bar(page).waitFor({ state: "detached" });
      await live(page);
      assert.equal(new URL(page.url()).pathname, "/chain/NDX", "where one was");
      await page.reload();
      await live(page);
      assert.equal(await bar(page).count(), 0, "it was declined");
    },
  );
}

test("an announcement is read by everybody, closed by each, and taken back", async () => {
  const server = await startVolaris();
  const pages = [];
  const look = async (path, cookie, options) => {
    pages.push(await open(server, path, cookie, options));
    return pages.at(-1);
  };
  try {
    const ada = await protect(server);
    const [bob, cy] = [await join(server, "bob", ada), await join(server, "cy", ada)];
    const page = await look("/people/announcements", ada, NARROW);
    await checkAxe(page);
    const text = "Away on <b>Saturday</b>\n\"10:00\" to 10:30 ET";
    await page.getByLabel(/^Text/).fill(text);
    await page.getByLabel("For").selectOption("a week");
    await page.getByRole("button", { name: "Announce" }).tap();
    await page.getByText(/^ada@example\.com, .*, until /).waitFor();
    await checkAxe(page);
    await send(server, "/people/announce", { text: "Second", days: 1 }, ada);

    const desk = await look("/chart/SPX", bob, WIDE);
    await live(desk);
    const told = () => bar(desk).getByRole("listitem").locator("span").allInnerTexts();
    assert.deepEqual(await told(), ["Second", text]);
    await checkAxe(desk);
    await bar(desk).getByRole("button", { name: "Close this notice" }).first().click();
    await until(async () => (await told()).length === 1, "one is closed");
    assert.deepEqual(await told(), [text]);
    await live(desk);
    const other = await look("/chart/SPX", cy, NARROW);
    await live(other);
    assert.equal(await bar(other).getByRole("listitem").count(), 2, "each closes for themselves");
    const wide = await other.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide}`);

    // An open page hears of another when somebody looks at it again (and every minute), and closing
    // leads back to the screen where they are by then.
    await desk.evaluate(() => (window.isSamePage = true));
    const lookAgain = (page) =>
      page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    const hears = (texts) =>
      until(async () => {
        await lookAgain(desk);
        return (await told()).join() === texts.join();
      }, `the open page tells ${texts}`);
    await send(server, "/people/announce", { text: "Third", days: 1 }, ada);
    await hears(["Third", text]);
    await checkAxe(desk);
    const back = page.getByRole("button", { name: /^Take back: Away/ });
    await back.tap();
    await back.waitFor({ state: "detached" });
    await hears(["Third"]);
    const rail = desk.getByRole("navigation", { name: "Desk" });
    await rail.getByText("Chain", { exact: true }).click();
    await desk.waitForURL("**/chain/SPX");
    assert.ok(await desk.evaluate(() => window.isSamePage), "it was not loaded anew");
    await bar(desk).getByRole("button", { name: "Close this notice" }).click();
    await bar(desk).waitFor({ state: "detached" });
    await live(desk);
    assert.equal(new URL(desk.url()).pathname, "/chain/SPX", "where one was");

    // What is no announcement is refused with a word; a member announces nothing.
    for (const fields of [{ text: " ", days: 1 }, { text: "a".repeat(401), days: 1 }]) {
      const { to } = await send(server, "/people/announce", fields, ada);
      assert.equal(to, "/people/announcements?problem=announcement");
    }
    const longer = await send(server, "/people/announce", { text: "a", days: 365 }, ada);
    assert.equal(longer.to, "/people/announcements?problem=announcement");
    assert.equal((await send(server, "/people/announce", { text: "a", days: 1 }, bob)).status, 403);
    assert.equal((await api(server, "/people/announcements", bob)).status, 403);
    for (const one of pages) await one.quit();
  } finally {
    for (const one of pages) await one.leave();
    await server.stop();
  }
});

// Drawings go along in a copied link; who follows it is asked before any of them is theirs.

import assert from "node:assert/strict";
import { test } from "node:test";

import { canvasBox, drag, goTo, pause } from "../chart.mjs";
import { live, openPage, startVolaris, tabTo, until, visit } from "../desk.mjs";

const BOTH = "Horizontal line,Trend line";
const toast = (page, words) => page.locator(".toast", { hasText: words });

/** What is drawn, as the menu lists it. */
async function listed(page) {
  const menu = page.getByRole("dialog", { name: "Draw" });
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await menu.getByRole("group", { name: "Steps" }).waitFor();
  const names = await menu.locator(".menu__list b").allInnerTexts();
  await page.keyboard.press("Escape");
  return names.toSorted().join();
}

/** Draws two lines around the noon of a day. */
async function drawTwo(page) {
  await goTo(page, "2024-02-26T13:00", "2024-02-26T18:00");
  const box = await canvasBox(page);
  for (const [n, key] of ["Alt+t", "Alt+h"].entries()) {
    await page.keyboard.press(key);
    const [x, y] = [box.x + 300, box.y + 200 + 80 * n];
    await drag(page, [x, y], [x + 120, y - 40]);
  }
  await until(async () => (await listed(page)) === BOTH, "two are not there");
}

test("a link brings the drawings of its charts, which are added when they are wanted", async () => {
  const [server, other] = [await startVolaris(), await startVolaris()];
  const opened = [];
  const open = async (options) => {
    opened.push(await openPage(options));
    return opened.at(-1);
  };
  try {
    const page = await open({ server, path: "/chart/SPX?span=5m" });
    await pause(page);
    await drawTwo(page);
    await page.context().grantPermissions(["clipboard-write"]);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("copy the link");
    await page.keyboard.press("Enter");
    await toast(page, "The link to what is shown is copied.").waitFor();
    const { pathname, search } = new URL(page.url());
    assert.match(search, /&draw=SPX%20/);
    // Their own drawings are there: nothing is asked.
    await page.reload();
    await live(page);
    await until(async () => (await listed(page)) === BOTH, "they are not kept");
    assert.equal(await toast(page, "This link has").count(), 0);

    const guest = await open({ server: other, path: pathname + search });
    await live(guest);
    const offer = toast(guest, "This link has 2 drawings.");
    await offer.waitFor();
    assert.equal(await listed(guest), "", "they were added without a word");
    // By keys: a message stands at the end of the page.
    await tabTo(guest, offer.getByRole("button", { name: "Add to mine" }), "Shift+Tab");
    await guest.keyboard.press("Enter");
    await until(async () => (await listed(guest)) === BOTH, "they are not added");
    // What is shown afterwards says it no more, and they are kept.
    await guest.getByRole("button", { name: /^15m,/ }).click();
    await guest.waitForURL((url) => !url.search.includes("draw="));
    await guest.reload();
    await live(guest);
    await until(async () => (await listed(guest)) === BOTH, "they are not kept");
    for (const one of opened) await one.quit();
  } finally {
    for (const one of opened) await one.leave();
    await Promise.all([server.stop(), other.stop()]);
  }
});

const BAD = encodeURIComponent(
  "SPX trend 7 at=1,2\nQQQ horizontal 8 at=1,2\n<script>alert(1)</script>",
);
const GOOD = encodeURIComponent("SPX horizontal 9 ink=0 width=1 at=1708970400000000,5090");

visit("what of a link is no drawing is told, and the others are offered",
  { path: `/chart/SPX?span=5m&draw=${GOOD}%0A${BAD}` }, async ({ page, server }) => {
    await live(page);
    const offer = toast(page, "This link has a drawing. 3 others could not be read.");
    await offer.waitFor();
    await page.goto(`${server.address}/chart/SPX?span=5m&draw=${BAD}`);
    await toast(page, "The drawings in this address could not be read.").waitFor();
    assert.equal(await listed(page), "");
  });

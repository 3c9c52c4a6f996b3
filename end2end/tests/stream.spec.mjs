// The page's books are the server's books, to the last bit, also when frames of the stream come
// late, in another order, or not at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { live, openPage, startVolaris } from "../desk.mjs";

/** A line between server and page that harms every so many frames, until it is told to be good. */
function badLine() {
  const line = { isGood: false, frames: 0, dropped: 0, delayed: 0 };
  line.attach = (page) =>
    page.routeWebSocket(/\/stream$/, (toPage) => {
      const toServer = toPage.connectToServer();
      toPage.onMessage((message) => toServer.send(message));
      toServer.onMessage((message) => {
        line.frames += 1;
        // Status and snapshot come first; without them there is nothing to harm yet.
        const place = line.isGood || line.frames < 10 ? 1 : line.frames;
        if (place % 5 === 0) {
          line.dropped += 1;
        } else if (place % 7 === 0) {
          line.delayed += 1;
          setTimeout(() => toPage.send(message), 150);
        } else {
          toPage.send(message);
        }
      });
    });
  return line;
}

/** Every level's name and exact price, as the page has it. */
const shown = (page) =>
  page.locator(".rung").evaluateAll((rows) =>
    rows.map((row) => [
      row.querySelector(".rung__name").firstChild.textContent,
      Number(row.querySelector(".rung__price data").value),
    ]),
  );

// Levels of options are not streamed: page and program may have asked at different minutes.
const OF_OPTIONS = ["Call wall", "Put wall", "Flip", "EM+", "EM−"];
const ofPrints = (levels) => levels.filter(([name]) => !OF_OPTIONS.includes(name));

test("dropped, late and disordered frames leave the page with the server's numbers", async () => {
  const server = await startVolaris();
  const line = badLine();
  const page = await openPage({
    server,
    cookies: { volaris: "dark.All" },
    beforeVisit: (page) => line.attach(page),
  });
  try {
    await page.locator('.feed-age[data-state="live"]').waitFor();
    await page.locator(".feed-badge").click();
    const panel = page.getByRole("dialog", { name: "Tape controls" });
    await panel.getByRole("button", { name: "60×" }).click();
    for (const goal of [40, 80, 120]) {
      while (line.frames < goal) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(10 < line.dropped && 5 < line.delayed, JSON.stringify(line));
    // Pausing is heard on a good line; what was lost before must be there by then.
    line.isGood = true;
    const heard = line.frames;
    while (line.frames < heard + 10) await new Promise((resolve) => setTimeout(resolve, 50));
    await panel.getByRole("button", { name: "Pause" }).click();
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor();
    const answer = await fetch(new URL("/api/v1/levels/SPX", server.address));
    const { levels } = await answer.json();
    const told = ofPrints(levels.map(({ name, price }) => [name, price]));
    assert.ok(40 < told.length, `${told.length} levels`);
    let seen;
    for (let tries = 0; tries < 100; tries += 1) {
      seen = ofPrints(await shown(page));
      if (JSON.stringify(seen) === JSON.stringify(told)) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.deepEqual(seen, told);
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

test("a server of another version is told once, and then left alone", async () => {
  const server = await startVolaris();
  const line = { isOther: false, links: 0 };
  const page = await openPage({
    server,
    beforeVisit: (page) =>
      page.routeWebSocket(/\/stream$/, (toPage) => {
        line.links += 1;
        const toServer = toPage.connectToServer();
        toPage.onMessage((message) => toServer.send(message));
        toServer.onMessage((message) => {
          // No word of ours; what comes between is still understood.
          if (line.isOther) toPage.send(Buffer.from([250, 250]));
          toPage.send(message);
        });
      }),
  });
  try {
    await live(page);
    assert.equal(line.links, 1);
    line.isOther = true;
    const toast = page.locator(".toast", { hasText: "A new version of the desk is ready." });
    const reload = toast.getByRole("button", { name: "Reload" });
    await reload.focus();
    // The page looks every second: a message that comes anew takes the focus away.
    await pause(4_000);
    assert.ok(await reload.evaluate((one) => one === document.activeElement), "the focus is lost");
    assert.equal(line.links, 1, "it is asked again and again");
    await page.locator('.desk[data-stale="true"]').waitFor();
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

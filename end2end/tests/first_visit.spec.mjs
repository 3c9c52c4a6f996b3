// What a first visit loads, and that what it shows stays where it is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { live, openPage, startVolaris, until } from "../desk.mjs";

// What Lighthouse calls good is 0.1; a trader's finger is quicker than a page.
const SHIFT_MAX = 0.02;

test("a phone's first page has its price, asks for everything once and does not move", async () => {
  const server = await startVolaris();
  try {
    const html = await (await fetch(`${server.address}/chart/SPX`)).text();
    assert.match(html, /class="top-bar__quote">SPX [\d,]+\.\d\d/);
    const asked = [];
    const page = await openPage({
      server,
      path: "/chart/SPX",
      width: 390,
      height: 844,
      touch: true,
      beforeVisit: async (page) => {
        page.on("request", (request) => asked.push(new URL(request.url()).pathname));
        await page.addInitScript(() => {
          self.shift = 0;
          const add = (list) => list.getEntries().forEach((one) => (self.shift += one.value));
          new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
        });
      },
    });
    try {
      await live(page);
      // The last to be asked; what is kept for a time without the server is asked for later on.
      await until(() => asked.includes("/api/symbols/read"), "the tape's symbols are asked for");
      const questions = asked.filter((path) => path.startsWith("/api/") && path.endsWith("/read"));
      const twice = questions.filter((path, place) => questions.indexOf(path) !== place);
      assert.deepEqual(twice, []);
      const shift = await page.evaluate(() => self.shift);
      assert.ok(shift <= SHIFT_MAX, `the page moved by ${shift}`);
    } finally {
      await page.quit();
    }
  } finally {
    await server.stop();
  }
});

// How long a trader waits for a chain: cold, the first thing that a browser sees, and warm, out of
// a chart. Prints; a machine's speed fails no test.

import { after, before, test } from "node:test";

import { live, openPage, startVolaris } from "../desk.mjs";

const ROUNDS = 7;

let server;
before(async () => (server = await startVolaris()));
after(() => server.stop());

/** Waits until the strikes round the money have Greeks; the page's own clock says when. */
const shown = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const look = () => {
          const cells = [...document.querySelectorAll(".chain-row td")];
          const isThere = cells.filter((cell) => /\d/.test(cell.textContent)).length > 60;
          if (isThere) requestAnimationFrame(() => resolve(performance.now()));
          else requestAnimationFrame(look);
        };
        look();
      }),
  );

const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];

test("a chain is opened", async () => {
  const [cold, warm, first] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await openPage({ server, path: "/chain/SPX" });
    cold.push(await shown(page));
    await page.quit();
    const chart = await openPage({ server, path: "/chart/SPX" });
    await live(chart);
    await chart.locator(".price-chart canvas").first().waitFor();
    await chart.waitForTimeout(1_500);
    const open = async () => {
      const from = await chart.evaluate(() => {
        const from = performance.now();
        document.querySelectorAll(".rail__button--pane")[1].click();
        return from;
      });
      return (await shown(chart)) - from;
    };
    first.push(await open());
    await chart.getByRole("button", { name: "Chart", exact: true }).first().click();
    await chart.locator(".price-chart canvas").first().waitFor();
    await chart.waitForTimeout(300);
    warm.push(await open());
    await chart.quit();
  }
  console.log(`cold, from the address to strikes with Greeks: ${median(cold).toFixed(0)} ms`);
  console.log(`out of a chart, its code not loaded yet: ${median(first).toFixed(0)} ms`);
  console.log(`out of a chart, again: ${median(warm).toFixed(0)} ms`);
});

// What Lighthouse says of the desk on a phone, of the server as it is released. Its estimate (a run
// without brakes, from which it reckons a slow phone) counts everything that this machine happened
// to load before the first paint; so it also looks at a phone that really is slow.

import assert from "node:assert/strict";
import { test } from "node:test";

import lighthouse from "lighthouse";
import { chromium } from "playwright-core";

import { CHROMIUM_FLAGS, freePort, startVolaris } from "../desk.mjs";

const RUNS = 3;
const TRIES_MAX = 6;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const FIGURES = {
  FCP: "first-contentful-paint",
  LCP: "largest-contentful-paint",
  TBT: "total-blocking-time",
  CLS: "cumulative-layout-shift",
};

/** Of an odd number of figures. */
function middle(figures) {
  return figures.sort((a, b) => a - b)[(figures.length - 1) / 2];
}

for (const throttlingMethod of ["simulate", "devtools"]) {
  test(`Lighthouse on a phone, throttling by ${throttlingMethod}`, async () => {
    const server = await startVolaris();
    const port = await freePort();
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    const args = [...CHROMIUM_FLAGS, `--remote-debugging-port=${port}`];
    const browser = await chromium.launch({ executablePath, args });
    try {
      const runs = [];
      let lost = "";
      for (let tries = 0; runs.length < RUNS; tries += 1) {
        assert.ok(tries < TRIES_MAX, lost);
        const options = { port, throttlingMethod, logLevel: "error", onlyCategories: CATEGORIES };
        const { lhr } = await lighthouse(`${server.address}/chart/SPX`, options);
        // Now and then its own reckoning fails on a busy machine.
        if (lhr.categories.performance.score === null) lost = JSON.stringify(lhr.runWarnings);
        else runs.push(lhr);
      }
      const scores = CATEGORIES.map((name) => {
        const score = middle(runs.map(({ categories }) => categories[name].score));
        return `${name} ${Math.round(100 * score)}`;
      });
      const figures = Object.entries(FIGURES).map(([name, audit]) => {
        const value = middle(runs.map(({ audits }) => audits[audit].numericValue));
        return name === "CLS" ? `CLS ${value.toFixed(3)}` : `${name} ${Math.round(value)} ms`;
      });
      console.log(`  the middle of ${RUNS}: ${[...scores, ...figures].join(", ")}`);
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}

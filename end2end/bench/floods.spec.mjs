// How long a trader waits while others flood the desk from ten addresses, beside the same without
// a flood.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startVolaris } from "../desk.mjs";
import { FLOODS, quantile, timed } from "../floods.mjs";

const MANY = {
  connections: 10_000,
  slowHeads: 10_000,
  oversized: 500,
  malformed: 500,
  signIns: 200,
};
const ASKS = 400;
const P99_MAX_MS = 250;
/** Renders of a page, of which the first are not counted: memory is taken once. */
const RENDERS = 50_000;
const WARM = 5_000;

const skip = process.platform === "linux" ? false : "one loopback address alone";

test("a trader's answers while the desk is flooded", { skip }, async () => {
  const server = await startVolaris();
  try {
    const paths = ["/api/v1/levels/SPX", "/chart/SPX", "/health"];
    const ask = async (n) => {
      const answer = await fetch(`${server.address}${paths[n % paths.length]}`);
      assert.equal(answer.status, 200);
      await answer.arrayBuffer();
    };
    for (const [name, flood] of [["nothing", async () => {}], ...Object.entries(FLOODS)]) {
      const { times, refused } = await timed(server, flood, [MANY[name] ?? 0, 0, 10], ASKS, ask);
      const [p50, p99] = [0.5, 0.99].map((share) => quantile(times, share));
      const shut = refused === 0 ? "" : `, ${refused} shut out`;
      console.log(`${name}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms${shut}`);
      assert.ok(p99 <= P99_MAX_MS, `${name}: ${p99}`);
    }
  } finally {
    await server.stop();
  }
});

test(`${RENDERS} pages leave the memory as it was`, { skip, timeout: 3_600_000 }, async () => {
  const server = await startVolaris();
  try {
    const { readFile } = await import("node:fs/promises");
    const resident = async () => {
      const status = await readFile(`/proc/${server.process.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024;
    };
    const paths = ["/chart/SPX", "/chain/NDX", "/plan/SPY", "/positions/SPX", "/developers"];
    let asked = 0;
    const render = async (until) => {
      while (asked < until) {
        const answer = await fetch(`${server.address}${paths[(asked += 1) % paths.length]}`);
        assert.equal(answer.status, 200);
        await answer.arrayBuffer();
      }
    };
    await Promise.all(Array.from({ length: 4 }, () => render(WARM)));
    const [before, began] = [await resident(), performance.now()];
    await Promise.all(Array.from({ length: 4 }, () => render(WARM + RENDERS)));
    const [after, seconds] = [await resident(), (performance.now() - began) / 1000];
    const grown = (100 * (after - before)) / before;
    const pace = (RENDERS / seconds).toFixed(0);
    console.log(
      `${RENDERS} pages at ${pace} a second: ${before.toFixed(1)} MB before, ` +
        `${after.toFixed(1)} MB after (${grown.toFixed(1)} %)`,
    );
    assert.ok(grown < 5, `${grown} %`);
  } finally {
    await server.stop();
  }
});

// What the calculation code costs in a browser. Prints; a machine's speed fails no test.

import { test } from "node:test";

import { withModule } from "../module.mjs";

const ROUNDS = 15;

test("nanoseconds in the browser", async () => {
  const { tick, bar } = await withModule((page) =>
    page.evaluate((rounds) => {
      const { TickRun, BarRun } = globalThis.module;
      const middle = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
      const timed = (count, prepare, run) => {
        const times = [];
        for (let round = 0; round < rounds; round += 1) {
          prepare();
          const began = performance.now();
          run();
          times.push(((performance.now() - began) * 1e6) / count);
        }
        return middle(times);
      };
      const ticks = new TickRun(50_000);
      const bars = new BarRun(400);
      return {
        tick: timed(50_000, () => ticks.reset(), () => ticks.run()),
        bar: timed(bars.count(), () => {}, () => bars.run()),
      };
    }, ROUNDS),
  );
  console.log(`tick to all levels, SPY: ${tick.toFixed(0)} ns (goal 2,000)`);
  console.log(`14 indicator figures: ${bar.toFixed(1)} ns a bar (goal 25)`);
});

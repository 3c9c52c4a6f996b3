// What the calculation code costs in a browser. Prints; a machine's speed fails no test.

import { test } from "node:test";

import { withModule } from "../module.mjs";

const ROUNDS = 15;

/** Price and five Greeks as a page without WASM would have them: plain JavaScript, West's N(x). */
const PLAIN = `
  const cdf = (x) => {
    const y = Math.abs(x);
    let below = 0;
    if (y < 37) {
      const e = Math.exp((-y * y) / 2);
      if (y < 7.07106781186547) {
        let n = 3.52624965998911e-2 * y + 0.700383064443688;
        for (const c of [6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
          220.206867912376]) n = n * y + c;
        let d = 8.83883476483184e-2 * y + 1.75566716318264;
        for (const c of [16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
          793.826512519948, 440.413735824752]) d = d * y + c;
        below = (e * n) / d;
      } else {
        below = e / (y + 1 / (y + 2 / (y + 3 / (y + 4 / (y + 0.65))))) / 2.506628274631;
      }
    }
    return x > 0 ? 1 - below : below;
  };
  (strikes, vols, signs, spot, years, rate, out) => {
    const root = Math.sqrt(years);
    const discount = Math.exp(-rate * years);
    for (let at = 0, to = 0; at < strikes.length; at += 1, to += 6) {
      const [k, v, w] = [strikes[at], vols[at], signs[at]];
      const d1 = (Math.log(spot / k) + (rate + (v * v) / 2) * years) / (v * root);
      const d2 = d1 - v * root;
      const [n1, n2] = [cdf(w * d1), cdf(w * d2)];
      const density = Math.exp((-d1 * d1) / 2) * 0.3989422804014327;
      out[to] = w * (spot * n1 - k * discount * n2);
      out[to + 1] = w * n1;
      out[to + 2] = density / (spot * v * root);
      out[to + 3] = (-spot * density * v) / (2 * root) - w * rate * k * discount * n2;
      out[to + 4] = spot * density * root;
      out[to + 5] = w * k * years * discount * n2;
    }
  }`;

test("options in the browser", async () => {
  const told = await withModule((page) =>
    page.evaluate(
      ([rounds, plain]) => {
        const { GreeksRun, IvRun } = globalThis.module;
        const middle = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
        const timed = (repeats, run) => {
          // As a page that streams has it: compiled for good, and nothing else starting beside it.
          const until = performance.now() + 500;
          while (performance.now() < until) run();
          const times = [];
          for (let round = 0; round < rounds; round += 1) {
            const began = performance.now();
            for (let repeat = 0; repeat < repeats; repeat += 1) run();
            times.push((performance.now() - began) / repeats);
          }
          return middle(times);
        };
        const count = 20_000;
        const ours = new GreeksRun(count);
        // One series: it stays in the processor's cache.
        const chain = new GreeksRun(400);
        const [strikes, vols, signs] = [0, 1, 2].map(() => new Float64Array(count));
        for (let at = 0; at < count; at += 1) {
          strikes[at] = 4_000 + (2_000 * Math.floor(at / 2)) / (count / 2);
          vols[at] = 0.12 + 1e-6 * at;
          signs[at] = at % 2 === 0 ? 1 : -1;
        }
        const out = new Float64Array(6 * count);
        // Chromium lets no page of ours make code of text; this page has no policy.
        const price = (0, eval)(plain);
        let tick = 0;
        const script = () => {
          tick += 1;
          price(strikes, vols, signs, 5_000 + (tick % 40), 9 / 365, 0.04, out);
        };
        const solve = (nearness) => {
          const run = new IvRun(2_000, nearness);
          return (timed(20, () => run.run()) * 1e6) / 2_000;
        };
        return {
          ours: timed(20, () => ours.run()),
          chain: timed(1_000, () => chain.run()),
          script: timed(20, script),
          cold: solve(Number.NaN),
          warm: solve(1.001),
          same: solve(1),
        };
      },
      [ROUNDS, PLAIN],
    ),
  );
  const each = (milliseconds) => ((milliseconds * 1e6) / 20_000).toFixed(1);
  console.log(`20,000 prices and Greeks: ${told.ours.toFixed(2)} ms, ${each(told.ours)} ns each`);
  console.log(`one series of 400: ${((told.chain * 1e6) / 400).toFixed(1)} ns each (goal 15)`);
  const script = told.script.toFixed(2);
  console.log(`the same in plain JavaScript: ${script} ms, ${each(told.script)} ns`);
  console.log(`implied volatility: cold ${told.cold.toFixed(0)} ns, a tick later`);
  console.log(`  ${told.warm.toFixed(0)} ns, unchanged ${told.same.toFixed(0)} ns`);
});

/** The grid as a page without WASM would have it, the price alone, of the same legs. */
const PLAIN_GRID = PLAIN.replace(/\(strikes, vols[\s\S]*$/, "") + `
  (legs, moves, shifts, times, out) => {
    out.fill(0);
    for (const { strike, sign, quantity, days } of legs) {
      times.forEach((time, t) => {
        const years = (days - time) / 365;
        shifts.forEach((shift, s) => {
          for (let m = 0; m < moves.length; m += 1) {
            const spot = 5000 * (1 + moves[m]);
            let price;
            if (years <= 0) price = Math.max(0, sign * (spot - strike));
            else {
              const deviation = (0.16 + shift) * Math.sqrt(years);
              const d1 = Math.log(spot / strike) / deviation + deviation / 2;
              const discount = Math.exp(-0.04 * years);
              price = sign * discount *
                (spot * cdf(sign * d1) - strike * cdf(sign * (d1 - deviation)));
            }
            out[(t * shifts.length + s) * moves.length + m] += 100 * quantity * price;
          }
        });
      });
    }
  }`;

test("a grid of scenarios in the browser", async () => {
  const told = await withModule((page) =>
    page.evaluate(
      ([rounds, plain]) => {
        const [run, american] = [false, true].map((is) => new globalThis.module.RiskRun(is));
        const timed = (run) => {
          const times = [];
          for (let round = 0; round < rounds; round += 1) {
            const began = performance.now();
            run();
            times.push(performance.now() - began);
          }
          return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
        };
        const even = (reach, count) =>
          Float64Array.from({ length: count }, (_, at) => reach * (at / (count - 1) - 0.5) * 2);
        const [moves, shifts] = [even(0.1, 41), even(0.1, 21)];
        const times = Array.from({ length: 12 }, (_, at) => (52 * at) / 11);
        const legs = [3, 10, 17, 24, 52].flatMap((days) =>
          Array.from({ length: 8 }, (_, place) => ({
            strike: 4800 + 50 * place,
            sign: place < 4 ? -1 : 1,
            quantity: place % 2 === 0 ? -1 : 1,
            days,
          })),
        );
        const out = new Float64Array(41 * 21 * 12);
        const price = (0, eval)(plain);
        return {
          ours: timed(() => run.run()),
          step: timed(() => american.run_moment()),
          script: timed(() => price(legs, moves, shifts, times, out)),
        };
      },
      [ROUNDS, PLAIN_GRID],
    ),
  );
  const [ours, script] = [told.ours, told.script].map((one) => one.toFixed(1));
  console.log(`41 × 21 × 12 over 40 legs: ${ours} ms (goal 8), plain JavaScript ${script} ms`);
  console.log(`one of its moments over 40 American legs: ${told.step.toFixed(1)} ms`);
});

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

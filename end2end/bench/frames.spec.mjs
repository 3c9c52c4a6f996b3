// Main-thread time a frame: ours, lightweight-charts and uPlot, on the same bars in the same page,
// one tick each animation frame. Prints; a machine's speed fails no test.

import { test } from "node:test";

import { STYLE, makeBars } from "../frames.mjs";
import { withModule } from "../module.mjs";

const COUNTS = (process.env.COUNTS ?? "390,5000,50000,500000").split(",").map(Number);
const FRAMES = 120;
// Frames before the clock counts: the browser compiles what it runs often.
const WARM = 40;

/** Runs in the page. */
async function run({ source, count, frames, warm, isAll }) {
  const makeBars = new Function(`return (${source})`)();
  const { FrameRun } = globalThis.module;
  const prices = makeBars(count);
  const first = 1_700_000_000;
  const spent = { ms: 0 };
  const timed = (act) => {
    const began = performance.now();
    const result = act();
    spent.ms += performance.now() - began;
    return result;
  };
  // Charts paint in frames and microtasks of their own: all of that counts.
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (act) => request((at) => timed(() => act(at)));
  const later = globalThis.queueMicrotask.bind(globalThis);
  globalThis.queueMicrotask = (act) => later(() => timed(act));
  // After that: some take hold of these when they are loaded.
  const { createChart, CandlestickSeries } = await import(
    "/packages/lightweight-charts/dist/lightweight-charts.standalone.production.mjs"
  );
  const { default: UPlot } = await import("/packages/uplot/dist/uPlot.esm.js");
  const nextFrame = () => new Promise((done) => request(done));
  const box = () => {
    const place = document.body.appendChild(document.createElement("div"));
    place.className = "chart";
    return place;
  };
  // The mean: the browser's clock is too coarse for single frames, and pauses count.
  const mean = (times) => times.reduce((sum, one) => sum + one, 0) / times.length;
  const close = (n) => prices[4 * count - 1] + Math.sin(n / 3) * 2;

  // The first of each kind on a fresh page pays for the browser's own start.
  const measure = async (make) => {
    if (count < 100_000) await once(make);
    return once(make);
  };
  const once = async (make) => {
    const place = box();
    spent.ms = 0;
    const chart = timed(() => make(place));
    await nextFrame();
    await nextFrame();
    const create = spent.ms;
    const times = [];
    // Where a frame takes a second, fewer are enough.
    const last = count < 100_000 ? frames : 20;
    for (let n = -warm; n < last; n += 1) {
      spent.ms = 0;
      timed(() => chart.tick(close(n)));
      await nextFrame();
      await nextFrame();
      if (0 <= n) times.push(spent.ms);
    }
    chart.end();
    place.remove();
    return { create, frame: mean(times) };
  };

  const ours = await measure((place) => {
    const canvas = place.appendChild(document.createElement("canvas"));
    Object.assign(canvas, { width: 1000, height: 600, className: "chart" });
    const chart = new FrameRun(canvas, first, prices);
    if (isAll) chart.show_all();
    chart.paint(1);
    const tick = (price) => {
      chart.tick(price);
      chart.paint(1);
    };
    return { tick, end: () => chart.free() };
  });
  const light = await measure((place) => {
    const chart = createChart(place, { timeScale: { minBarSpacing: 0.000_1 } });
    const series = chart.addSeries(CandlestickSeries);
    const data = Array.from({ length: count }, (_, n) => ({
      time: first + 60 * n,
      open: prices[4 * n],
      high: prices[4 * n + 1],
      low: prices[4 * n + 2],
      close: prices[4 * n + 3],
    }));
    series.setData(data);
    if (isAll) chart.timeScale().fitContent();
    const last = data.at(-1);
    return {
      tick: (price) => series.update({ ...last, close: price }),
      end: () => chart.remove(),
    };
  });
  const plot = await measure((place) => {
    // Candles as its own demos draw them: a hook that goes through the bars in sight.
    const times = Float64Array.from({ length: count }, (_, n) => first + 60 * n);
    const column = (k) => Float64Array.from({ length: count }, (_, n) => prices[4 * n + k]);
    const columns = [column(0), column(1), column(2), column(3)];
    const shown = isAll ? 0 : Math.max(0, count - 150);
    const candles = (u) => {
      const [from, to] = u.series[0].idxs;
      const wide = Math.max(1, (u.bbox.width / (to - from + 1)) * 0.66);
      const [open, high, low, close] = columns;
      for (let n = from; n <= to; n += 1) {
        const x = Math.round(u.valToPos(times[n], "x", true));
        const y = (value) => Math.round(u.valToPos(value, "y", true));
        const [top, bottom] = [y(Math.max(open[n], close[n])), y(Math.min(open[n], close[n]))];
        u.ctx.fillStyle = close[n] < open[n] ? "#f06a6a" : "#2fb67c";
        u.ctx.fillRect(x, y(high[n]), 1, y(low[n]) - y(high[n]));
        u.ctx.fillRect(x - wide / 2, top, wide, Math.max(1, bottom - top));
      }
    };
    const scales = { x: { range: () => [times[shown], times[count - 1]] } };
    const none = { paths: () => null, points: { show: false } };
    const chart = new UPlot(
      { width: 1000, height: 600, scales, series: [{}, none, none, none, none],
        hooks: { draw: [candles] } },
      [times, ...columns],
      place,
    );
    const tick = (price) => {
      columns[3][count - 1] = price;
      chart.setData([times, ...columns]);
    };
    return { tick, end: () => chart.destroy() };
  });
  return { ours, light, plot };
}

for (const isAll of [false, true]) {
  test(isAll ? "all bars in sight" : "the newest bars in sight", async () => {
    const source = makeBars.toString();
    console.log(`\n${isAll ? "all bars" : "the newest bars"} in sight: ms a frame (ms to create)`);
    console.log("      bars        ours   lightweight-charts 5.2.1   uPlot 1.6.32");
    for (const count of COUNTS) {
      // A page for each, so that one's garbage is not another's pause.
      const { ours, light, plot } = await withModule(
        (page) => page.evaluate(run, { source, count, frames: FRAMES, warm: WARM, isAll }),
        { name: "frames", style: STYLE },
      );
      const cell = ({ frame, create }) => `${frame.toFixed(2)} (${create.toFixed(0)})`;
      console.log(
        `${String(count).padStart(10)}  ${cell(ours).padStart(12)}` +
          `   ${cell(light).padStart(18)}   ${cell(plot).padStart(18)}`,
      );
    }
  });
}

test("memory of half a million bars", async () => {
  const bytes = await withModule(
    (page) =>
      page.evaluate((source) => {
        const makeBars = new Function(`return (${source})`)();
        const canvas = document.body.appendChild(document.createElement("canvas"));
        Object.assign(canvas, { width: 1000, height: 600, className: "chart" });
        const before = globalThis.module.memory_bytes();
        const run = new globalThis.module.FrameRun(canvas, 1_700_000_000, makeBars(500_000));
        run.paint(1);
        return globalThis.module.memory_bytes() - before;
      }, makeBars.toString()),
    { name: "frames", style: STYLE },
  );
  console.log(`500,000 bars: ${(bytes / 1e6).toFixed(1)} MB of the module's memory (goal 80)`);
});

// Of a frame, only what changed is painted: what is seen must be as if all of it had been.

import assert from "node:assert/strict";
import { test } from "node:test";

import { STYLE, makeBars } from "../frames.mjs";
import { withModule } from "../module.mjs";

/**
 * The browser rounds the ends of dashes, and edges of slanted lines, otherwise where paint is cut
 * off: so few colours of dots may be others, by so little of 255. A slanted line's may be that of
 * a dot beside it.
 */
const LIMITS = { plain: [2_000, 8], slanted: [20_000, 32] };

/** Runs in the page: two charts do the same; one of them paints each frame whole. */
function run({ source, bars, steps, density, size, isAll, isSlanted, limits }) {
  const makeBars = new Function(`return (${source})`)();
  const [few, alike] = limits;
  let seed = 7;
  const chance = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const within = (low, high) => low + chance() * (high - low);
  const first = 1_700_000_000;
  const prices = makeBars(bars);
  const make = () => {
    const canvas = document.body.appendChild(document.createElement("canvas"));
    canvas.className = "chart";
    Object.assign(canvas.style, { width: `${size[0]}px`, height: `${size[1]}px` });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const chart = new globalThis.module.FrameRun(canvas, first, prices);
    if (isSlanted) chart.add_averages();
    if (isAll) chart.add_studies();
    let cleared = 0;
    const clear = context.clearRect.bind(context);
    context.clearRect = (x, y, width, height) => {
      cleared += width * height;
      return clear(x, y, width, height);
    };
    const told = () => {
      const area = cleared / (size[0] * size[1]);
      cleared = 0;
      return area;
    };
    return { canvas, context, chart, told };
  };
  const [parts, whole] = [make(), make()];
  const last = prices.at(-1);
  let now = first + 60 * bars - 30;
  const anywhere = () => [within(0, size[0]), within(0, size[1])];
  // Points of what was drawn, so that a hand finds it again.
  const ends = [];
  const acts = {
    tick: () => [within(last - 3, last + 3)],
    set_last: () => [within(last - 3, last + 3)],
    set_now: () => [(now += 1)],
    point: () => [chance() < 0.2 ? undefined : anywhere()],
    set_levels: () => {
      const levels = Array.from({ length: 6 }, () => last + Math.round(within(-12, 12)));
      return [levels, within(last - 3, last + 3), chance()];
    },
    pan: () => [Math.round(within(-40, 40)), chance() < 0.5 ? 0 : within(-20, 20)],
    zoom: () => [within(0, size[0]), within(0.8, 1.25)],
    // The last two are lines.
    set_style: () => [Math.floor(within(0, isSlanted ? 6 : 4))],
    draw: () => {
      const [from, to] = [anywhere(), anywhere()];
      ends.push(from, to);
      // Across a chart's slanted edges, if there may be such.
      return [Math.floor(within(0, 10)), from, isSlanted ? to : [to[0], from[1]]];
    },
    drag: () => [ends[Math.floor(chance() * ends.length)] ?? anywhere(), anywhere()],
    set_prices: () => [last - within(10, 20), last + within(10, 20)],
  };
  if (!isSlanted) delete acts.drag;
  const names = Object.keys(acts);
  const often = ["tick", "set_last", "set_now", "point", ...(isSlanted ? ["drag"] : [])];
  const told = { wrong: [], areas: [] };
  for (let step = 0; step < steps; step += 1) {
    const pool = chance() < 0.85 ? often : names;
    const name = pool[Math.floor(chance() * pool.length)];
    const values = acts[name]();
    for (const { chart } of [parts, whole]) chart[name](...values);
    whole.chart.forget();
    for (const { chart } of [parts, whole]) chart.paint(density);
    const { width, height } = whole.canvas;
    const [one, other] = [parts, whole].map(
      ({ context }) => context.getImageData(0, 0, width, height).data,
    );
    // As seen on the ground: what is nearly seen through has hardly a colour.
    const seen = (data, at, channel) => (data[4 * at + channel] * data[4 * at + 3]) / 255;
    const dots = [one, other].map((data) => new Uint32Array(data.buffer));
    let [count, most, worst] = [0, 0, -1];
    for (let at = 0; at < width * height; at += 1) {
      if (dots[0][at] === dots[1][at]) continue;
      for (let channel = 0; channel < 4; channel += 1) {
        const mine = seen(one, at, channel);
        if (mine === seen(other, at, channel)) continue;
        count += 1;
        let by = Math.abs(mine - seen(other, at, channel));
        if (isSlanted) {
          // What is seen beside it could be seen there as well.
          const around = [-width, 0, width].flatMap((row) => [row - 1, row, row + 1]);
          const near = around.map((by) => seen(other, at + by, channel)).filter(Number.isFinite);
          by = Math.max(0, mine - Math.max(...near), Math.min(...near) - mine);
        }
        if (most < by) [most, worst] = [by, at];
      }
    }
    if (alike < most || few < count) {
      const at = [worst % width, Math.floor(worst / width)];
      told.wrong.push({ step, name, values, count, most, at });
    }
    const [area, all] = [parts.told(), whole.told()];
    if (all < 0.999) told.wrong.push({ step, name, all });
    told.areas.push(area);
  }
  return told;
}

const [USUAL, ODD] = [[1_000, 600], [803, 601]];

for (const [what, setting] of Object.entries({
  "bare bars, a screen of plain density": { density: 1, size: USUAL },
  "bare bars, odd, a screen of one and a quarter": { density: 1.25, size: ODD },
  "bare bars, a screen of two": { density: 2, size: USUAL },
  "lines, a screen of plain density": { density: 1, size: USUAL, isSlanted: true },
  "lines, odd, a screen of one and a half": { density: 1.5, size: ODD, isSlanted: true },
  "every study, a screen of two": { density: 2, size: USUAL, isSlanted: true, isAll: true },
})) {
  test(`what is painted in parts looks as if painted whole: ${what}`, async () => {
    const limits = LIMITS[setting.isSlanted ? "slanted" : "plain"];
    const work = { source: makeBars.toString(), bars: 500, steps: 120, limits, ...setting };
    const { wrong, areas } = await withModule((page) => page.evaluate(run, work), {
      name: "frames",
      style: STYLE,
    });
    assert.deepEqual(wrong, []);
    // Most steps are those of a live chart: they touch little of it.
    const middle = areas.toSorted((a, b) => a - b)[Math.floor(areas.length / 2)];
    assert.ok(middle < 0.3, `half of the frames painted more than ${middle} of the chart`);
  });
}

// Bars for charts that are compared, and what runs in the page that compares them.

export const STYLE = `<style>
  :root { --up: #2fb67c; --down: #f06a6a; --text: #d7dde8; --dim: #97a1b3; --faint: #7f8aa0;
    --line: #232a36; --accent: #6ea8fe; --pivot: #a3adbd; --vwap: #e0b341; --session: #151a24;
    --panel: #11151d; --chip: #1c2330; --bg: #0b0e14; --font: sans-serif; --study-1: #c792ea;
    --study-2: #4dd0e1; --study-3: #f78fb3; --study-4: #ffb74d; --study-5: #aed581;
    --study-6: #90a4ae; }
  body { margin: 0; } .chart { width: 1000px; height: 600px; }
</style>
<link rel=stylesheet href=/packages/uplot/dist/uPlot.min.css>`;

/** Runs in the page: makes `count` minute bars as a walk, the same on every run. */
export function makeBars(count) {
  let seed = 42;
  const chance = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const prices = new Float64Array(4 * count);
  let close = 5_000;
  for (let n = 0; n < count; n += 1) {
    const open = close;
    // Pulled back gently, so that half a million steps end where a price could be.
    close = Math.max(100, open + (chance() - 0.5) * 4 + (5_000 - open) * 0.000_5);
    const high = Math.max(open, close) + chance();
    const low = Math.min(open, close) - chance();
    prices.set([open, high, low, close], 4 * n);
  }
  return prices;
}

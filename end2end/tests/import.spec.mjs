// Files that a trader brings in: a generated day whose levels are computed here from the rows, a
// real day where the shared data are, and files that must be refused without harm.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { openPage, startVolaris, until, visit } from "../desk.mjs";
import {
  clock, csv, dayOfMinutes, dollars, importBars, importFile, seek, tapePanel, withFile,
} from "../recordings.mjs";

const SHARED = fileURLToPath(new URL("../../../shared/data/market/", import.meta.url));

const highest = (rows) => dollars(Math.max(...rows.map((row) => row.high)));
const lowest = (rows) => dollars(Math.min(...rows.map((row) => row.low)));

/** Waits for a rung of the ladder to stand at a price; a trader reads it the same way. */
async function rung(page, name, price) {
  const row = page.locator(".rung", {
    has: page.locator(".rung__name", { hasText: new RegExp(`^${name}(?![A-Z0-9])`) }),
  });
  const cell = row.locator(".rung__price");
  await cell.filter({ hasText: price }).waitFor().catch(async () => {
    assert.fail(`${name} is ${await cell.allInnerTexts()}, not ${price}`);
  });
}

const TODAY = "2024-02-23";
const BEFORE = dayOfMinutes("2024-02-22", 7, 50_600);
const DAY = dayOfMinutes(TODAY, 11, BEFORE.at(-1).close + 40);

visit("a file of minutes becomes days to play, step and seek", {}, async ({ page, server }) => {
  await page.locator('.feed-age[data-state="live"]').waitFor();
  const panel = await tapePanel(page);
  await panel.getByText("None yet").waitFor();
  await page.keyboard.press("Escape");
  await withFile("spy.csv", csv([...BEFORE, ...DAY]), async (path) => {
    const first = await importBars(server.folder, path, "--symbol", "SPY");
    assert.match(first.stdout, /SPY, 1m bars, 2024-02-22 to 2024-02-23: 960 added/, first.stderr);
    const again = await importBars(server.folder, path, "--symbol", "SPY");
    assert.match(again.stdout, /0 added, 0 revised, 960 there already/, again.stderr);
  });

  // The desk shows SPX, which the file lacks: it turns to what the day has.
  await tapePanel(page);
  await panel.getByRole("button", { name: TODAY }).click();
  await page.waitForURL("**/chart/SPY?span=5m");
  await page.locator('.feed-badge[data-kind="recorded"]', { hasText: TODAY }).waitFor();
  await panel.getByRole("button", { name: "Pause" }).click();
  await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor();

  const regular = (rows) => rows.filter((row) => 9 * 60 + 30 <= row.minute);
  const until = (minute) => regular(DAY).filter((row) => row.minute < minute);
  await seek(page, panel, TODAY, 10 * 60 + 45, 5);
  await rung(page, "PDH", highest(regular(BEFORE)));
  await rung(page, "PDL", lowest(regular(BEFORE)));
  await rung(page, "PMH", highest(DAY.filter((row) => row.minute < 9 * 60 + 30)));
  await rung(page, "HOD", highest(until(10 * 60 + 45)));
  await rung(page, "LOD", lowest(until(10 * 60 + 45)));
  await rung(page, "ORH 15", highest(until(9 * 60 + 45)));

  // A minute more is a bar more, and nothing later is known.
  await panel.getByRole("button", { name: "+1 m" }).click();
  await page.locator(".market-clock__time", { hasText: "10:46" }).waitFor();
  const { close } = until(10 * 60 + 46).at(-1);
  await page.locator(".last-price__price", { hasText: dollars(close) }).waitFor();
  await rung(page, "HOD", highest(until(10 * 60 + 46)));

  await seek(page, panel, TODAY, 15 * 60 + 59, 5);
  await rung(page, "LOD", lowest(until(15 * 60 + 59)));
  // Back again: what was later is not known any more.
  await seek(page, panel, TODAY, 9 * 60 + 50, 5);
  await rung(page, "HOD", highest(until(9 * 60 + 50)));
  assert.doesNotMatch(await page.title(), /PRACTICE/);

  // A symbol that this day lacks is told, not shown with another market's numbers.
  await page.locator(".watch-row", { hasText: "NDX" }).getByText("not on this tape").waitFor();
  await panel.getByRole("button", { name: "Back to the practice market" }).click();
  await page.locator('.feed-badge[data-kind="practice"]').waitFor();
});

const real = join(SHARED, "lean/equity/usa/minute/spy");
test("SPY of 7 October 2013 closes with the levels of its record",
  { skip: existsSync(real) ? false : "../shared/data is not here" },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "volaris-test-"));
    for (const day of ["20131004", "20131007"]) {
      const file = join(real, `${day}_trade.zip`);
      const { code, stderr } = await importBars(folder, file, "--symbol", "SPY");
      assert.equal(code, 0, stderr);
    }
    const server = await startVolaris({ folder });
    const page = await openPage({ server, path: "/chart/SPY" });
    try {
      await page.locator('.feed-age[data-state="live"]').waitFor();
      const panel = await tapePanel(page);
      await panel.getByRole("button", { name: "2013-10-07" }).click();
      await page.locator('.feed-badge[data-kind="recorded"]').waitFor();
      await panel.getByRole("button", { name: "Pause" }).click();
      await seek(page, panel, "2013-10-07", 15 * 60 + 59, 4);
      await panel.getByRole("button", { name: "+1 m" }).click();
      await page.locator(".market-clock__time", { hasText: "16:00" }).waitFor();
      await rung(page, "HOD", "168.45");
      await rung(page, "LOD", "167.25");
      await rung(page, "PMH", "168.08");
      await rung(page, "PML", "167.16");
      await rung(page, "Open", "167.43");
      await page.quit();
    } finally {
      await page.leave();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

const GOOD = csv(DAY.slice(90, 120));
/** What is wrong with a file, and what the trader is told. */
const BAD = {
  "a wrong column": ["time,open,high,low\n2024-02-23 09:30,1,2,3\n", /`close`|close/],
  "a bad number": [GOOD.replace(dollars(DAY[100].open), "12O.5"), /row 11, close: `12O\.5`/],
  "a high below the low": [
    `${csv(DAY.slice(90, 92))}2024-02-23 09:32,506,505,506,505.5,10\n`,
    /row 4, high/,
  ],
  "rows that contradict one another": [
    `${csv(DAY.slice(90, 95))}2024-02-23 09:31,500,501,499,500,10\n`,
    /row 7.*row 3|row 3.*row 7/s,
  ],
  "another zone": [
    csv(DAY.slice(90, 479).map((row) => ({ ...row, minute: row.minute + 300 }))),
    /zone/,
  ],
  "a gap": [csv([...DAY.slice(90, 100), ...DAY.slice(105, 120)]), /5 bars of regular sessions/],
  "nothing in it": ["", /empty|nothing/i],
  "bytes that are no text": [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]), /text|CSV|csv/],
  "a broken zip": [Buffer.from("PK\x03\x04 and then nothing"), /zip/],
  "mixed stamps": [
    csv([...DAY.slice(90), ...BEFORE.slice(91), { ...BEFORE.at(-1), minute: 16 * 60 }]),
    /1 days begin at 09:30 and 1 a bar later.*--stamps start/,
  ],
};

test("a file that cannot be right is told by row and field, and harms nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "volaris-test-"));
  try {
    for (const [what, [content, expected]] of Object.entries(BAD)) {
      await withFile("bad.csv", content, async (path) => {
        const { code, stdout, stderr } = await importBars(folder, path, "--symbol", "SPY");
        assert.match(stdout + stderr, expected, what);
        assert.doesNotMatch(stdout + stderr, /panicked/, what);
        assert.ok(code === 0 || stderr.includes("nothing was imported"), `${what}: ${stderr}`);
      });
    }
    // What separates lines and what stands before the first one is no fault.
    for (const content of [`\ufeff${GOOD}`, GOOD.replaceAll("\n", "\r\n")]) {
      await withFile("good.csv", content, async (path) => {
        const { code, stdout, stderr } = await importBars(folder, path, "--symbol", "SPY");
        assert.equal(code, 0, stderr);
        assert.match(stdout, /rows: 30 read, 30 taken/);
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("an import that is killed has written all or nothing", async () => {
  const weekdays = [4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22];
  const dates = weekdays.map((day) => `2024-03-${String(day).padStart(2, "0")}`);
  const rows = dates.flatMap((date, seed) => dayOfMinutes(date, seed + 1, 51_000));
  await withFile("spy.csv", csv(rows), async (path) => {
    for (const delay of [50, 150, 250, 350, 500]) {
      const folder = await mkdtemp(join(tmpdir(), "volaris-test-"));
      try {
        await importBars(folder, path, "--symbol", "SPY", { killedAfter: delay });
        const { code, stdout, stderr } = await importBars(folder, path, "--symbol", "SPY");
        assert.equal(code, 0, stderr);
        const [, added, there] = /: ([\d,]+) added, 0 revised, ([\d,]+) there/.exec(stdout);
        assert.deepEqual([added, there].sort(), ["0", "7,200"], `killed after ${delay} ms`);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  });
});

test("an import that is asked for wrongly says what to do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "volaris-test-"));
  try {
    await withFile("good.csv", GOOD, async (path) => {
      const told = async (...words) => {
        const { code, stderr } = await importBars(folder, path, ...words);
        assert.notEqual(code, 0);
        return stderr;
      };
      assert.match(await told(), /--symbol <SYMBOL>/);
      assert.match(await told("--symbol", "SP!Y"), /not a ticker/);
      assert.match(await told("--symbol", "SPY", "--zone", "Mars"), /America\/New_York/);
      assert.match(await told("--symbol", "SPY", "--stamps", "middle"), /start, end/);
      assert.match(await told("--symbol", "SPY", "--span", "7m"), /7m/);
      // Whoever forgot to name the desk's folder sees that it went elsewhere.
      const first = await importBars(folder, path, "--symbol", "SPY");
      assert.match(first.stdout, /a new desk begins in .*: another is named by --data/);
      const second = await importBars(folder, path, "--symbol", "SPY");
      assert.doesNotMatch(second.stdout, /a new desk/);
    });
    const { code, stderr } = await importBars(folder, folder, "--symbol", "SPY");
    assert.equal(code, 1);
    assert.match(stderr, /is no file/);
    const missing = await importBars(folder, join(folder, "none.csv"), "--symbol", "SPY");
    assert.match(missing.stderr, /none\.csv` cannot be read/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** A quote table as Cboe's site saves it, of SPX at 5,000: prices of a normal distribution. */
function quoteTable() {
  const spread = 5000 * 0.15 * Math.sqrt(17 / 365);
  const density = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  // The logistic curve is within a hundredth of the distribution: near enough for quotes.
  const below = (x) => 1 / (1 + Math.exp(-1.702 * x));
  const side = (kind, strike) => {
    const away = (kind === "C" ? 5000 - strike : strike - 5000) / spread;
    const mid = Math.max(0.5, spread * (away * below(away) + density(away)));
    const name = `SPXW240315${kind}${String(strike * 1000).padStart(8, "0")}`;
    const [bid, ask] = [mid - 0.2, mid + 0.2].map((price) => price.toFixed(2));
    return `${name},0,0,${bid},${ask},7,0.151,0.5,0.001,${strike % 100 === 0 ? 900 : 100}`;
  };
  const rows = [];
  for (let strike = 4800; strike <= 5200; strike += 10) {
    rows.push(`Fri Mar 15 2024,${side("C", strike)},${strike}.00,${side("P", strike)}`);
  }
  const columns = "Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest";
  return [
    "",
    "Standard & Poors 500 Index,Last: 5000.00,Change:  1.25",
    '"Date: February 27, 2024, 8:47 PM EST",Bid: 4990,Ask: 5010,Size: 1*1,Volume: 0',
    `Expiration Date,Calls,${columns},Strike,Puts,${columns}`,
    ...rows,
    "",
  ].join("\r\n");
}

const keep = (server, body) =>
  fetch(`${server.address}/api/v1/positions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

visit("a chain of a file is seen with what it implies", { path: "/chain/SPX" },
  async ({ page, server }) => {
    await page.locator('.feed-age[data-state="live"]').waitFor();
    const held = { position: "1 SPXW 15MAR24 5000C", stage: "open", paid: 6000 };
    assert.equal((await keep(server, { ...held, name: "Of practice" })).status, 201);
    const table = quoteTable();
    await withFile("spx.csv", table.slice(0, -60), async (path) => {
      const cut = await importFile(server.folder, "chain", path);
      assert.match(cut.stdout, /rows: 41 read, 40 taken/, cut.stderr);
      assert.match(cut.stdout, /row 45: .*the file was cut: save it again/);
    });
    await withFile("spx.csv", table, async (path) => {
      const whole = await importFile(server.folder, "chain", path);
      assert.match(whole.stdout, /SPX, chain, 2024-02-27, series: 0 added, 1 revised/);
      const again = await importFile(server.folder, "chain", path);
      assert.match(again.stdout, /0 added, 0 revised, 1 there already/, again.stderr);
    });
    await withFile("bars.csv", "time,open\n1,2\n", async (path) => {
      const refused = await importFile(server.folder, "chain", path);
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /nothing was imported.*no quote table of Cboe's/);
    });
    const panel = await tapePanel(page);
    await panel.getByRole("button", { name: "2024-02-27" }).click();
    await page.locator('.feed-badge[data-kind="recorded"]').waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".chain-row[data-money] th", { hasText: "5,000.00" }).waitFor();
    const at = async (strike) => {
      const name = page.locator(".chain-row__strike", { hasText: new RegExp(`^${strike}$`) });
      const row = page.locator(".chain-row", { has: name });
      return row.locator("td").allInnerTexts();
    };
    // OI, volume, theta, delta, IV, bid and ask of the call.
    const [open, , , delta, iv, bid, ask] = await at("5000");
    assert.equal(open, "900");
    assert.ok(Math.abs(Number(delta) - 0.5) < 0.03, delta);
    assert.ok(Math.abs(Number(iv) - 15) < 0.5, iv);
    assert.ok(Math.abs(Number(ask) - Number(bid) - 0.4) < 0.011, `${bid} ${ask}`);
    const told = await (await fetch(`${server.address}/api/v1/chain/SPX`)).json();
    assert.match(told.tape, /^replay:/);
    assert.equal(told.strikes.length, 41);
    assert.ok(!(await page.title()).includes("PRACTICE"));
    // What was made at simulated prices is never valued at others.
    assert.equal((await keep(server, { ...held, name: "Of that day" })).status, 201);
    const answer = await fetch(`${server.address}/api/v1/positions`);
    const { positions, weighted } = await answer.json();
    assert.match(positions[0].value_absent, /it is of another tape, practice:/);
    assert.equal(positions[1].value_absent, null);
    // No day before it is known, but of itself an index makes every move.
    assert.equal(weighted.not_counted, 0);
    assert.ok(Math.abs(weighted.delta - positions[1].value.delta) < 1e-9);
    await page.getByRole("button", { name: "Risk", exact: true }).click();
    await page.getByText(/It is of another tape, practice:/).waitFor();
    // The page may know the first of them from before the second was kept.
    const marks = page.locator('.position td[data-label="Mark"]');
    await until(async () => (await marks.count()) === 2, "both positions are there");
  },
);

// Recorded days for tests: made, imported by the program itself, and played by hand.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { strangersOf } from "./desk.mjs";

/** Runs `volaris import bars` on a data folder; never fails itself. */
export const importBars = (folder, file, ...words) => importFile(folder, "bars", file, ...words);

/** Imports a file of what it holds: bars, or a chain. */
export function importFile(folder, what, file, ...words) {
  const { killedAfter } = typeof words.at(-1) === "object" ? words.pop() : {};
  const args = ["--data", folder, "import", what, file, ...words];
  return new Promise((resolve) => {
    const env = strangersOf(process.env);
    const options = { env, timeout: killedAfter ?? 0, killSignal: "SIGKILL" };
    execFile(process.env.VOLARIS_BIN, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr });
    });
  });
}

/** Writes a file for `body` and takes it away again. */
export async function withFile(name, content, body) {
  const folder = await mkdtemp(join(tmpdir(), "volaris-import-"));
  const path = join(folder, name);
  await writeFile(path, content);
  return body(path).finally(() => rm(folder, { recursive: true, force: true }));
}

/** Minutes of one day in cents, by a little generator: from 08:00 to 16:00, the open at 09:30. */
export function dayOfMinutes(date, seed, start) {
  let state = seed;
  const random = (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const rows = [];
  let close = start;
  for (let minute = 8 * 60; minute < 16 * 60; minute += 1) {
    const open = close;
    close = open + random(21) - 10;
    const high = Math.max(open, close) + random(6);
    const low = Math.min(open, close) - random(6);
    rows.push({ date, minute, open, high, low, close, volume: 1_000 + random(5_000) });
  }
  return rows;
}

export const clock = (minute) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
export const dollars = (cents) => (cents / 100).toFixed(2);

export function csv(rows) {
  const line = (row) =>
    [
      `${row.date} ${clock(row.minute)}`,
      ...[row.open, row.high, row.low, row.close].map(dollars),
      row.volume,
    ].join(",");
  return ["time,open,high,low,close,volume", ...rows.map(line), ""].join("\n");
}

/** Opens the tape's panel. */
export async function tapePanel(page) {
  const panel = page.getByRole("dialog", { name: "Tape controls" });
  if (!(await panel.isVisible())) await page.locator(".feed-badge").click();
  await panel.waitFor();
  return panel;
}

/** Moves the slider to a time of New York's day. */
export async function seek(page, panel, date, minute, hoursBehind) {
  const seconds = Date.parse(`${date}T${clock(minute)}:00Z`) / 1_000 + 3_600 * hoursBehind;
  await panel.getByRole("slider").fill(String(seconds));
  await page.locator(".market-clock__time", { hasText: clock(minute) }).waitFor();
}

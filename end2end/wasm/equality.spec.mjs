// The browser computes what the server computes, to the last bit: a million seeded ticks of five
// symbols over several days, in the very code (optimised alike) that a trader's browser runs.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { withModule } from "../module.mjs";

const TICKS = 1_000_000;

async function natively(seed, count, ...what) {
  const program = process.env.EQUALITY_BIN;
  assert.ok(program, "EQUALITY_BIN is not set: run `cargo xtask test`");
  const { stdout } = await promisify(execFile)(program, [String(seed), String(count), ...what]);
  return stdout.trim().split("\n");
}

function inTheBrowser(page, seed, ticks) {
  return page.evaluate(
    ([seed, ticks]) =>
      [...globalThis.module.checkpoints(BigInt(seed), ticks)].map((digest) =>
        digest.toString(16).padStart(16, "0"),
      ),
    [seed, ticks],
  );
}

test("a million ticks give the same bits natively and in a browser", async () => {
  const [native, browser] = await Promise.all([
    natively(7, TICKS),
    withModule((page) => inTheBrowser(page, 7, TICKS)),
  ]);
  assert.equal(native.length, 50);
  const differs = native.findIndex((digest, place) => digest !== browser[place]);
  assert.equal(differs, -1, `the first checkpoint that differs is number ${differs}`);
  assert.equal(browser.length, native.length);
});

const chainsInTheBrowser = (page, seed, count) =>
  page.evaluate(
    ([seed, count]) =>
      [...globalThis.module.chain_checkpoints(BigInt(seed), count)].map((digest) =>
        digest.toString(16).padStart(16, "0"),
      ),
    [seed, count],
  );

test("ten thousand chains imply the same bits natively and in a browser", async () => {
  const [native, browser] = await Promise.all([
    natively(7, 10_000, "chains"),
    withModule((page) => chainsInTheBrowser(page, 7, 10_000)),
  ]);
  assert.equal(native.length, 20);
  assert.equal(browser.length, native.length);
  const differs = native.findIndex((digest, place) => digest !== browser[place]);
  assert.equal(differs, -1, `the first checkpoint that differs is number ${differs}`);
  assert.notEqual((await natively(8, 500, "chains"))[0], native[0]);
});

test("the comparison can fail: one tick less, or another seed, is another digest", async () => {
  const native = await natively(7, 40_000);
  await withModule(async (page) => {
    assert.deepEqual(await inTheBrowser(page, 7, 40_000), native);
    const [whole, short] = await inTheBrowser(page, 7, 39_999);
    assert.equal(whole, native[0]);
    assert.notEqual(short, native[1]);
    assert.notEqual((await inTheBrowser(page, 8, 40_000))[0], native[0]);
  });
});

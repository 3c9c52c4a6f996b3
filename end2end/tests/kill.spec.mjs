// The server is killed while it writes, again and again: what was acknowledged is there.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

import { freePort, startVolaris, strangersOf } from "../desk.mjs";

const KILLS = 200;
/** Kills after which the file is looked through. */
const LOOK_EVERY = 20;
const WRITERS = 4;
/** Positions that a writer has at most. */
const KEPT = 20;
/** How soon it is up again, most of the time. */
const UP_MS = 5_000;

/** Numbers that are the same in every run (Lehmer's generator). */
function chances(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** What somebody was told, position by position. */
class Told {
  /** Names of those that must be there. */
  kept = new Map();
  /** Names of those that must not. */
  gone = new Set();

  check(names) {
    for (const name of this.kept.keys()) assert.ok(names.has(name), `${name} was acknowledged`);
    for (const name of this.gone) assert.ok(!names.has(name), `${name} was deleted`);
  }
}

const headers = { "content-type": "application/json" };
const body = (name) =>
  JSON.stringify({ position: "1 SPXW 15MAR24 5000C", stage: "planned", name });

/** Writes until the server is gone. */
async function write(address, told, next) {
  for (;;) {
    try {
      if (KEPT <= told.kept.size) {
        const [[name, id]] = told.kept;
        told.kept.delete(name);
        const answer = await fetch(`${address}/api/v1/positions/${id}`, { method: "DELETE" });
        if (!answer.ok) throw new Error(`${answer.status}`);
        told.gone.add(name);
      } else {
        const name = next();
        const url = `${address}/api/v1/positions`;
        const answer = await fetch(url, { method: "POST", headers, body: body(name) });
        if (answer.status !== 201) throw new Error(`${answer.status}`);
        told.kept.set(name, (await answer.json()).id);
      }
    } catch {
      return;
    }
  }
}

async function namesOf(server) {
  const { positions } = await (await fetch(`${server.address}/api/v1/positions`)).json();
  return new Map(positions.map((one) => [one.name, one.id]));
}

/** Kills a server of its own so often; gives how long each start took and what was written. */
async function killAgainAndAgain(kills, seed) {
  const chance = chances(seed);
  const listen = `127.0.0.1:${await freePort()}`;
  const told = Array.from({ length: WRITERS }, () => new Told());
  const starts = [];
  let server = await startVolaris({ listen });
  const { folder } = server;
  let written = 0;
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const writing = told.map((one) => write(server.address, one, () => `of ${(written += 1)}`));
      await pause(Math.floor(60 * chance()));
      server.process.kill("SIGKILL");
      await Promise.all([server.ended, ...writing]);
      if (kill % LOOK_EVERY === 0) {
        const words = ["--data", folder, "--listen", listen, "doctor"];
        const env = strangersOf(process.env);
        const { stdout } = await promisify(execFile)(process.env.VOLARIS_BIN, words, { env });
        assert.match(stdout, /every page and reference is whole/);
      }
      const began = performance.now();
      server = await startVolaris({ listen, folder });
      starts.push(performance.now() - began);
      const names = await namesOf(server);
      for (const one of told) one.check(names);
      // Half a write shows nowhere else: each that is there can be deleted.
      const known = new Set(told.flatMap((one) => [...one.kept.keys()]));
      for (const [name, id] of names) {
        if (known.has(name)) continue;
        const url = `${server.address}/api/v1/positions/${id}`;
        assert.ok((await fetch(url, { method: "DELETE" })).ok, name);
      }
    }
    assert.ok(kills < written, `${written}: it wrote all the time`);
    return { starts, written };
  } finally {
    await server.stop({ keepFolder: false });
  }
}

test(`${KILLS} kills under writing lose nothing that was acknowledged`, async () => {
  // Most of the time each waits for its server to be there again.
  const both = await Promise.all(
    [20_260_911, 20_261_129].map((seed) => killAgainAndAgain(KILLS / 2, seed)),
  );
  const starts = both.flatMap((one) => one.starts).sort((a, b) => a - b);
  const written = both.reduce((sum, one) => sum + one.written, 0);
  const [median, longest] = [starts[KILLS / 2], starts.at(-1)].map(Math.round);
  console.log(`${written} writes, up again after ${median} ms, at most ${longest}`);
  assert.ok(longest <= UP_MS, `${longest}`);
});

// A backup while the desk runs, and back from it; what is no backup changes nothing.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { startVolaris, strangersOf } from "../desk.mjs";

/** Says something to the program; what it answered, well or not. */
async function volaris(server, ...words) {
  const given = ["--data", server.folder, "--listen", new URL(server.address).host, ...words];
  try {
    const done = await promisify(execFile)(process.env.VOLARIS_BIN, given, {
      env: strangersOf(process.env),
    });
    return { isWell: true, said: done.stdout + done.stderr };
  } catch (error) {
    return { isWell: false, said: error.stdout + error.stderr };
  }
}

const ask = async (server, method = "GET", body, path = "") => {
  const answer = await fetch(`${server.address}/api/v1/positions${path}`, {
    method,
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return answer.status === 204 ? null : answer.json();
};
const names = async (server) => (await ask(server)).positions.map((one) => one.name);

test("what a backup has comes back, and what was there before is kept aside", async () => {
  const first = await startVolaris();
  const file = join(first.folder, "elsewhere.db");
  const position = { position: "1 SPXW 15MAR24 5000C", stage: "planned", name: "Of before" };
  const { id } = await ask(first, "POST", position);
  const made = await volaris(first, "backup", file);
  assert.ok(made.isWell, made.said);
  assert.match(made.said, /elsewhere\.db, \d+ rows, and was looked through/);
  assert.equal((await stat(file)).mode & 0o077, 0, "nobody else reads it");
  const again = await volaris(first, "backup", file);
  assert.ok(!again.isWell && /is there already/.test(again.said), again.said);
  const named = await volaris(first, "backup");
  assert.match(named.said, /backups\/volaris-\d{8}-\d{6}\.db/);
  assert.equal((await readdir(join(first.folder, "backups"))).length, 1);

  await ask(first, "DELETE", undefined, `/${id}`);
  await ask(first, "POST", { ...position, name: "Of later" });
  const running = await volaris(first, "restore", file);
  assert.ok(!running.isWell && /stop the desk first/.test(running.said), running.said);
  assert.deepEqual(await names(first), ["Of later"]);
  await first.stop({ keepFolder: true });

  // What is no backup, or half of one, changes nothing.
  const bytes = await readFile(file);
  const bad = join(first.folder, "bad.db");
  const kept = await readFile(join(first.folder, "volaris.db"));
  for (const [what, content] of [
    ["nothing", Buffer.alloc(0)],
    ["a text", Buffer.from("no database at all ".repeat(500))],
    ["half of it", bytes.subarray(0, Math.floor(bytes.length / 8192) * 4096)],
    ["another page", Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(bytes.length - 8192)])],
  ]) {
    await writeFile(bad, content);
    const refused = await volaris(first, "restore", bad);
    assert.ok(!refused.isWell, what);
    assert.match(refused.said, /was not restored, nothing was changed/, what);
    assert.deepEqual(await readFile(join(first.folder, "volaris.db")), kept, what);
  }
  const gone = await volaris(first, "restore", join(first.folder, "gone.db"));
  assert.ok(!gone.isWell && /gone\.db cannot be read/.test(gone.said), gone.said);

  const restored = await volaris(first, "restore", file);
  assert.ok(restored.isWell, restored.said);
  const aside = /what was there before is in (.*)/.exec(restored.said)[1];
  const second = await startVolaris({ folder: first.folder });
  assert.deepEqual(await names(second), ["Of before"]);
  await second.stop({ keepFolder: true });
  // And back again.
  const back = await volaris(first, "restore", aside);
  assert.ok(back.isWell, back.said);
  const third = await startVolaris({ folder: first.folder });
  assert.deepEqual(await names(third), ["Of later"]);
  const left = (await readdir(first.folder)).filter((name) => name.includes("restored"));
  assert.deepEqual(left, []);
  await third.stop({ keepFolder: false });
});

test("whoever forgets to name the desk's folder is not given an empty desk", async () => {
  const server = await startVolaris();
  const folder = join(server.folder, "elsewhere");
  const words = [["backup"], ["account", "reset", "a@example.com"], ["rotate-key"]];
  try {
    for (const said of [...words, ["move", "--to", "postgres://nowhere/volaris"]]) {
      const refused = await volaris({ ...server, folder }, ...said);
      assert.ok(!refused.isWell, said.join(" "));
      assert.match(refused.said, /there is no desk in .*elsewhere: name its folder by --data/);
    }
    await assert.rejects(stat(folder), "nothing was made");
    const running = await volaris(server, "move", "--to", "postgres://nowhere/volaris");
    assert.match(running.said, /stop the desk first/);
  } finally {
    await server.stop();
  }
});

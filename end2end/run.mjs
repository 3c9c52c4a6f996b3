// Runs a group of specs, one file at a time, and closes with a line of counts that xtask adds up:
// node run.mjs [tests|wasm|bench] [words of file names…]

import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { run } from "node:test";

const [group = "tests", ...words] = process.argv.slice(2);
// A file, not one of its tests: a slow machine is no failure. Who measures waits for slow peers.
const FILE_MAX_MS = group === "bench" ? 3_600_000 : 600_000;
const folder = join(fileURLToPath(new URL(".", import.meta.url)), group);
const names = await readdir(folder).catch(() => []);
const files = names
  .filter((name) => name.endsWith(".spec.mjs"))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()
  .map((name) => join(folder, name));

const counts = { passed: 0, failed: 0, skipped: 0 };
/** Told once more at the end: who looks there first, or keeps no more, reads what failed. */
const failures = [];

/** Suites, and the files themselves, are only the sum of the tests in them. */
function isTest({ details, name }) {
  return details?.type !== "suite" && !files.includes(name);
}

function say(mark, { name, details, skip }) {
  const why = typeof skip === "string" && skip ? `: ${skip}` : "";
  console.log(`${mark} ${name}${why} (${Math.round(details?.duration_ms ?? 0)} ms)`);
}

// Without files, Node would go looking for some itself.
if (0 < files.length) {
  // One at a time: two cores are shared with the server under test, which is timed.
  const stream = run({ files, concurrency: 1, timeout: FILE_MAX_MS });
  stream.on("test:pass", (event) => {
    if (!isTest(event)) return;
    const isSkipped = event.skip !== undefined || event.todo !== undefined;
    counts[isSkipped ? "skipped" : "passed"] += 1;
    say(isSkipped ? "skipped" : "  ok", event);
  });
  stream.on("test:fail", (event) => {
    // A file fails by itself when it does not even load: then it is the one to tell.
    if (!isTest(event) && event.details?.error?.failureType === "subtestsFailed") return;
    counts.failed += 1;
    say("FAILED", event);
    const error = event.details?.error;
    const told = String(error?.cause?.stack ?? error?.cause ?? error?.stack ?? error);
    console.log(told);
    failures.push(`${event.name}: ${told.split("\n", 4).join("\n    ")}`);
  });
  stream.on("test:stdout", ({ message }) => process.stdout.write(message));
  stream.on("test:stderr", ({ message }) => process.stderr.write(message));
  for await (const _ of stream);
}

for (const failure of failures) console.log(`FAILED ${failure}`);
const skipped = counts.skipped ? `, ${counts.skipped} skipped` : "";
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed ? 1 : 0;

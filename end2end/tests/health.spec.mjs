// The server starts on an empty folder, says that it is well, and ends when it is asked to.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startVolaris } from "../desk.mjs";

test("a fresh server is well", async () => {
  const server = await startVolaris();
  try {
    const answer = await fetch(`${server.address}/health`);
    assert.equal(answer.status, 200);
  } finally {
    await server.stop();
  }
});

test("a server ends when it is asked to", async () => {
  const server = await startVolaris();
  const { code } = await server.stop();
  assert.equal(code, 0, server.log());
});

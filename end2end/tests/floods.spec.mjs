// Floods of every kind leave the trader at another address with answers. How fast they are is a
// benchmark (`cargo xtask bench -- floods`).

import assert from "node:assert/strict";
import { test } from "node:test";

import { startVolaris } from "../desk.mjs";
import { FLOODS, timed } from "../floods.mjs";

const skip = process.platform === "linux" ? false : "one loopback address alone";

for (const [name, flood] of Object.entries(FLOODS)) {
  test(`a flood of ${name} leaves answers for others`, { skip }, async () => {
    const server = await startVolaris();
    try {
      // Of one address 1,024 are served at once; how soon the others come is the system's affair.
      const stays = ["connections", "slowHeads"].includes(name);
      const [many, shutOut] = stays ? [2_000, 1] : [600, 0];
      const { refused } = await timed(server, flood, [many, shutOut], 60, async () => {
        const answer = await fetch(`${server.address}/api/v1/levels/SPX`);
        assert.equal(answer.status, 200);
        await answer.arrayBuffer();
      });
      assert.ok(shutOut <= refused, `${refused} of ${many}`);
      const { status } = await fetch(`${server.address}/health`);
      assert.equal(status, 200);
      assert.ok(!server.log().includes("panicked"), server.log());
    } finally {
      await server.stop();
    }
  });
}

// What the chart asks of a canvas: it depends on the room, and not on how many bars are loaded.

import assert from "node:assert/strict";
import { test } from "node:test";

import { STYLE, makeBars } from "../frames.mjs";
import { withModule } from "../module.mjs";

test("a frame of half a million bars asks as little of the canvas as one of 5,000", async () => {
  const counts = await withModule(
    (page) =>
      page.evaluate((source) => {
        const makeBars = new Function(`return (${source})`)();
        const canvas = document.body.appendChild(document.createElement("canvas"));
        canvas.className = "chart";
        canvas.width = 1000;
        canvas.height = 600;
        let calls = 0;
        const context = canvas.getContext("2d");
        for (const name of ["fillRect", "strokeRect", "lineTo", "moveTo", "fillText", "stroke"]) {
          const real = context[name].bind(context);
          context[name] = (...args) => {
            calls += 1;
            return real(...args);
          };
        }
        const first = 1_700_000_000;
        return [390, 5_000, 500_000].map((count) => {
          const run = new globalThis.module.FrameRun(canvas, first, makeBars(count));
          run.add_studies();
          const frame = () => {
            calls = 0;
            run.tick(5_000);
            run.paint(1);
            return calls;
          };
          const near = frame();
          run.show_all();
          const all = frame();
          run.free();
          return { count, near, all };
        });
      }, makeBars.toString()),
    { name: "frames", style: STYLE },
  );
  const [few, some, many] = counts;
  assert.ok(200 < few.near, JSON.stringify(counts));
  assert.ok(many.near <= some.near * 1.5, JSON.stringify(counts));
  assert.ok(many.all <= 2 * some.all && many.all < 60_000, JSON.stringify(counts));
});

// The page is taken over pane by pane. However long that takes, nothing on it moves and nothing
// that a hand does breaks it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { hold, live, openPage, startVolaris, until, visit } from "../desk.mjs";
import { palette } from "../palette.mjs";

/** Lets the page have so many turns and no more, until `self.letGo()`; every turn is a long one. */
function holdTurns(turns) {
  let left = turns;
  const held = [];
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function post(...words) {
    if (0 < left--) postMessage.apply(this, words);
    else held.push(() => postMessage.apply(this, words));
    self.isHeld = 0 < held.length;
  };
  const { now } = Performance.prototype;
  let ahead = 0;
  Performance.prototype.now = function later() {
    return now.call(this) + (ahead += 10);
  };
  self.letGo = () => {
    [left, self.isHeld] = [Infinity, false];
    // The clock goes on from where it is, and at its own pace again.
    Performance.prototype.now = function sooner() {
      return now.call(this) + ahead;
    };
    for (const post of held.splice(0)) post();
  };
}

test("a page that is taken over slowly stands still, hears nobody, and then goes on", async () => {
  const server = await startVolaris();
  try {
    for (const turns of [0, 3, 6, 9, 12]) {
      const links = [];
      const page = await openPage({
        server,
        path: "/chart/SPX",
        beforeVisit: async (page) => {
          page.on("websocket", (link) => links.push(link.url()));
          await page.addInitScript(holdTurns, turns);
        },
      });
      try {
        await until(() => page.evaluate(() => self.isHeld), `turn ${turns} comes`);
        const before = await page.locator("body").innerText();
        assert.match(await page.title(), /SPX [\d,.]+ · Volaris/, "the tab is named");
        await page.keyboard.press("?");
        await page.locator(".watch-row").nth(1).click();
        await page.getByRole("button", { name: "15m" }).click();
        await page.mouse.move(500, 400);
        await page.mouse.wheel(0, 200);
        assert.deepEqual(links, [], `after ${turns} turns the tape was asked for`);
        assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/chart/SPX");
        assert.equal(await page.locator("body").innerText(), before);
        await page.evaluate(() => self.letGo());
        await live(page);
        await page.keyboard.press("?");
        await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      } finally {
        await page.quit();
      }
    }
  } finally {
    await server.stop();
  }
});

test("the palette that is asked for too early comes with what was typed", async () => {
  const server = await startVolaris();
  try {
    // Before the code is there, and while it takes the page over.
    for (const turns of [undefined, 5]) {
      let letGo;
      const page = await openPage({
        server,
        path: "/chart/SPX",
        beforeVisit: async (page) => {
          if (turns === undefined) letGo = await hold(page, "**/*.wasm");
          else await page.addInitScript(holdTurns, turns);
        },
      });
      try {
        letGo ??= () => page.evaluate(() => self.letGo());
        if (turns !== undefined) await until(() => page.evaluate(() => self.isHeld), "the turn");
        // What was typed before that is for nobody, as it was.
        await page.keyboard.type("v");
        await page.keyboard.press("Control+k");
        await page.keyboard.type("qqq");
        assert.equal(await palette(page).isVisible(), false);
        await letGo();
        await live(page);
        const field = palette(page).getByRole("combobox");
        await until(async () => (await field.inputValue()) === "qqq", "what was typed");
        const first = palette(page).getByRole("option").first();
        await until(async () => (await first.innerText()).startsWith("QQQ"), "QQQ is not found");
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/chart\/QQQ/);
        await palette(page).waitFor({ state: "hidden" });
        // From now on they are heard once, as ever.
        await page.keyboard.press("Control+k");
        await palette(page).waitFor();
        assert.equal(await field.inputValue(), "");
      } finally {
        await page.quit();
      }
    }
  } finally {
    await server.stop();
  }
});

visit("a step back while the page is taken over brings the page that it leads to",
  { path: "/chart/NDX", beforeVisit: (page) => page.addInitScript(holdTurns, 5) },
  async ({ page }) => {
    const isHeld = () => page.evaluate(() => self.isHeld === true);
    await until(isHeld, "the turn comes");
    await page.evaluate(() => {
      history.pushState(null, "", "/chart/SPX");
      history.back();
    });
    await until(() => page.evaluate(() => location.pathname === "/chart/NDX"), "the step");
    await page.evaluate(() => {
      self.isFirst = true;
      self.letGo();
    });
    const isAnother = async () => (await page.evaluate(() => !self.isFirst)) && (await isHeld());
    await until(() => isAnother().catch(() => false), "the page is loaded anew");
    await page.evaluate(() => self.letGo());
    await live(page);
    assert.match(await page.title(), /NDX/);
  });

test("the code is asked for when the page was drawn, or when nobody looks at it", async () => {
  const server = await startVolaris();
  try {
    for (const isHidden of [false, true]) {
      const asked = [];
      const page = await openPage({
        server,
        path: "/chart/SPX",
        beforeVisit: async (page) => {
          page.on("request", (request) => asked.push(new URL(request.url()).pathname));
          await page.addInitScript((isHidden) => {
            const { requestAnimationFrame } = self;
            const held = [];
            self.requestAnimationFrame = (draw) => held.push(draw);
            self.draw = () => {
              self.requestAnimationFrame = requestAnimationFrame;
              for (const draw of held.splice(0)) requestAnimationFrame(draw);
            };
            Object.defineProperty(document, "hidden", { get: () => isHidden, configurable: true });
          }, isHidden);
        },
      });
      try {
        const isCodeAsked = () => asked.some((path) => path.endsWith(".wasm"));
        if (isHidden) await until(isCodeAsked, "the code of a hidden page is asked for");
        else assert.equal(isCodeAsked(), false, `before it was drawn: ${asked}`);
        await page.evaluate(() => self.draw());
        await live(page);
      } finally {
        await page.quit();
      }
    }
  } finally {
    await server.stop();
  }
});

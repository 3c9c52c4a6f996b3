// The shell round the charts: the rail, panes that are moved and put away, what was said, the tour
// of a first visit; by mouse, by keys and by finger.

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkAxe, live, openPage, startVolaris, until } from "../desk.mjs";

const MOVE_MAX_PX = 17;
/** What the style guide shows of a desk, and how many there are: a state each. */
const PIECES = [
  [".drawing-bar", 2],
  [".drawing-options", 3],
  [".legend", 12],
  [".legend[data-hidden=true]", 2],
  [".rail", 1],
  [".pane-divider", 4],
  [".news-bar li", 2],
  [".tape-panel h2", 3],
  ["dialog[open] h2", 3],
  [".palette[open]", 1],
  [".styleguide__panels .menu__panel", 5],
  [".watchlist", 4],
  [".top-bar__offline", 1],
  ["[data-colors=blue-orange]", 1],
  [".tour-offer", 1],
  [".tour", 3],
];

async function withDesk(options, work) {
  const server = await startVolaris();
  try {
    const page = await openPage({ server, path: "/chart/SPX", ...options });
    try {
      await live(page);
      await work(page, server);
    } finally {
      await page.quit();
    }
  } finally {
    await server.stop();
  }
}

const widthOf = async (page, part) => (await page.locator(part).boundingBox()).width;
const heightOf = async (page, part) => (await page.locator(part).boundingBox()).height;

test("panes are moved by mouse and by keys, put away, and stand so on the next visit", async () => {
  await withDesk({}, async (page) => {
    const side = page.getByRole("separator", { name: "Width of levels and watchlist" });
    const split = page.getByRole("separator", { name: "Height of the levels" });
    const before = await widthOf(page, ".desk__levels");
    const at = await side.boundingBox();
    await page.mouse.move(at.x + 4, at.y + 300);
    await page.mouse.down();
    await page.mouse.move(at.x + 4 - 160, at.y + 300, { steps: 8 });
    await page.mouse.up();
    const wide = await widthOf(page, ".desk__levels");
    assert.ok(Math.abs(wide - before - 160) <= MOVE_MAX_PX, `${before} became ${wide}`);
    const high = await heightOf(page, ".desk__levels");
    await split.focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assert.equal(await split.getAttribute("aria-valuenow"), "8");
    assert.ok((await heightOf(page, ".desk__levels")) < high);
    const watch = page.getByRole("button", { name: "Watch", exact: true });
    await watch.click();
    assert.equal(await watch.getAttribute("aria-pressed"), "false");
    assert.equal(await page.locator(".desk__watch").isVisible(), false);
    await checkAxe(page);
    await page.reload();
    await live(page);
    assert.equal(await widthOf(page, ".desk__levels"), wide);
    assert.equal(await page.locator(".desk__watch").isVisible(), false);
    // The palette does the same, for hands that stay on the keys.
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Symbol, timeframe or command" }).fill("put away lev");
    await page.keyboard.press("Enter");
    await page.locator(".desk__levels").waitFor({ state: "hidden" });
    const chart = await widthOf(page, ".desk__chart");
    assert.ok(1_370 < chart, `the chart has all the room: ${chart}`);
    await watch.click();
    await page.locator(".desk__watch").waitFor();
    await side.dblclick();
    assert.equal(await side.getAttribute("aria-valuenow"), "9");
  });
});

test("what was said stays in the notices, and can still be taken back", async () => {
  await withDesk({}, async (page) => {
    const bell = page.locator(".rail .menu__button");
    await bell.click();
    await page.locator("#notices", { hasText: "Nothing was said yet" }).waitFor();
    await checkAxe(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Remove VIX from the watchlist" }).click();
    await page.locator(".toast", { hasText: "VIX is off the watchlist" }).waitFor();
    await page.getByRole("button", { name: "Close message" }).click();
    assert.equal((await bell.innerText()).trim(), "1 new");
    await bell.click();
    const notice = page.locator(".notices li", { hasText: "VIX is off the watchlist" });
    assert.match(await notice.locator("time").innerText(), /^\d\d:\d\d:\d\d$/);
    await checkAxe(page);
    await notice.getByRole("button", { name: "Undo" }).click();
    await page.locator(".watch-row", { hasText: "VIX" }).waitFor();
    assert.equal((await bell.innerText()).trim(), "Notices");
    // What the toast took back is not taken back again.
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Remove QQQ from the watchlist" }).click();
    await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
    await page.locator(".watch-row", { hasText: "QQQ" }).waitFor();
    await bell.click();
    await page.locator(".notices li", { hasText: "QQQ is off the watchlist" }).waitFor();
    assert.equal(await page.locator(".notices__answer").count(), 0);
    await page.getByRole("button", { name: "Clear all" }).click();
    await page.locator("#notices", { hasText: "Nothing was said yet" }).waitFor();
  });
});

test("a tour is offered once, goes by keys, and every step can be the last", async () => {
  await withDesk({ isFirstVisit: true }, async (page) => {
    const offer = page.getByRole("complementary", { name: "New here?" });
    await offer.waitFor();
    await checkAxe(page);
    await offer.getByRole("button", { name: "Show me" }).click();
    const tour = page.locator(".tour");
    await tour.getByText("1 of 6").waitFor();
    assert.equal(await offer.isVisible(), false);
    const seen = [];
    for (let step = 1; step <= 6; step += 1) {
      await tour.getByText(`${step} of 6`).waitFor();
      await page.locator("[data-toured]").waitFor();
      await until(
        () => page.evaluate(() => document.activeElement?.className === "tour__next"),
        "the next step is a press away",
      );
      seen.push(await page.evaluate(() => document.querySelector("[data-toured]").className));
      if (step === 1) await checkAxe(page);
      await page.keyboard.press("ArrowRight");
    }
    assert.equal(new Set(seen).size, 6, seen.join(" "));
    await tour.waitFor({ state: "hidden" });
    assert.equal(await page.locator("[data-toured]").count(), 0);
    await page.reload();
    await live(page);
    assert.equal(await offer.isVisible(), false);
    await page.getByRole("button", { name: "Tour", exact: true }).click();
    await tour.getByText("1 of 6").waitFor();
    await page.keyboard.press("Escape");
    await tour.waitFor({ state: "hidden" });
  });
});

test("a dotted word says what it means, and the glossary has the others", async () => {
  await withDesk({}, async (page) => {
    await page.getByRole("columnheader", { name: "hit" }).getByRole("button").click();
    const glossary = page.getByRole("dialog", { name: "Glossary" });
    await glossary.getByText("How often the price came to a level today").waitFor();
    await checkAxe(page);
    await glossary.getByRole("searchbox").fill("value area");
    await glossary.getByText("70 % of the volume").waitFor();
    await glossary.getByRole("searchbox").fill("gamma ray");
    await glossary.getByText("No such word here.").waitFor();
    await page.keyboard.press("Escape");
    await glossary.waitFor({ state: "hidden" });
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Symbol, timeframe or command" }).fill("glossary");
    await page.keyboard.press("Enter");
    await glossary.getByText("Anchored VWAP").waitFor();
    assert.ok(30 < (await glossary.locator("dt").count()));
  });
});

for (const theme of ["dark", "light"]) {
  test(`the style guide, ${theme}, is for everybody, and paper has no buttons`, async () => {
    const server = await startVolaris();
    try {
      const page = await openPage({ server, path: "/styleguide", theme });
      try {
        await page.locator(".styleguide .watch-row").first().waitFor();
        await page.locator(".styleguide .notices li", { hasText: "It is copied." }).waitFor();
        await page.locator(".styleguide .ladder").nth(2).waitFor();
        for (const [piece, count] of PIECES) {
          const all = page.locator(`.styleguide ${piece}`);
          await all.nth(count - 1).waitFor();
          assert.equal(await all.count(), count, piece);
        }
        await checkAxe(page);
        // What is wrong, stale or pressed is seen to be.
        const style = (place, name) =>
          page.locator(place).first().evaluate((one, name) => getComputedStyle(one)[name], name);
        const token = (name) =>
          page.evaluate(
            (name) => getComputedStyle(document.documentElement).getPropertyValue(name),
            name,
          );
        const [wrong, right] = ['input[aria-invalid="true"]', 'input[aria-label="Filled"]'];
        assert.notEqual(await style(wrong, "borderTopColor"), await style(right, "borderTopColor"));
        assert.match(await style(".styleguide__pane[data-stale]", "filter"), /grayscale/);
        // Figures of one column are as wide as each other, wherever they stand.
        const figures = await page.locator("body, td, dd, button, input, b").evaluateAll((all) =>
          [...new Set(all.map((one) => getComputedStyle(one).fontVariantNumeric))],
        );
        assert.deepEqual(figures, ["tabular-nums"]);
        // Each size of type is its token's, and they rise.
        const sizes = await page.locator(".styleguide__type").evaluateAll((all) =>
          all.map((one) => parseFloat(getComputedStyle(one).fontSize)),
        );
        assert.deepEqual(sizes, [11, 12, 13, 15, 16, 20]);
        const spaces = () => page.locator(".styleguide__space span").evaluateAll((all) =>
          all.map((one) => one.getBoundingClientRect().width),
        );
        const height = async () =>
          (await page.locator(".styleguide .rung").first().boundingBox()).height;
        assert.deepEqual(await spaces(), [4, 6, 8, 12, 16, 26, 28]);
        assert.equal(await height(), 26);
        await page.getByRole("button", { name: "compact", exact: true }).click();
        assert.deepEqual(await spaces(), [4, 6, 6, 8, 16, 21, 24]);
        assert.equal(await height(), 24, "rows stand closer, and can be hit still");
        await page.getByRole("button", { name: "comfortable", exact: true }).click();
        const quick = async () => {
          const text = await token("--quick");
          return parseFloat(text) * (text.endsWith("ms") ? 1 : 1_000);
        };
        assert.equal(await quick(), 120);
        await page.emulateMedia({ reducedMotion: "reduce" });
        assert.equal(await quick(), 0, "nothing moves for who wants that");
        await page.emulateMedia({ reducedMotion: null });
        await page.goto(`${server.address}/chart/SPX`);
        await live(page);
        await page.emulateMedia({ media: "print" });
        assert.equal(await page.locator(".rail").isVisible(), false);
        assert.ok(await page.locator(".ladder").isVisible());
        const ground = await page.evaluate(
          () => getComputedStyle(document.documentElement).getPropertyValue("--panel"),
        );
        assert.equal(ground, "#fff", "paper is light in every theme");
      } finally {
        await page.quit();
      }
    } finally {
      await server.stop();
    }
  });
}

test("on a phone a finger takes the tour, reads notices and finds the rest", async () => {
  const phone = { width: 390, height: 844, touch: true, isFirstVisit: true };
  await withDesk(phone, async (page) => {
    await page.getByRole("button", { name: "Show me" }).tap();
    const next = page.locator(".tour__next");
    for (let step = 1; step <= 4; step += 1) {
      await page.locator(".tour").getByText(`${step} of 6`).waitFor();
      if (step < 4) await next.tap();
    }
    // The pane that is spoken of is the one on the screen.
    await page.locator(".desk__levels").waitFor();
    assert.equal(await page.locator(".desk__chart").isVisible(), false);
    await page.getByRole("button", { name: "Skip the rest" }).tap();
    await page.locator(".rail .menu__button").tap();
    const panel = await page.locator("#notices").boundingBox();
    assert.ok(0 <= panel.x && panel.x + panel.width <= 390 && 0 <= panel.y, JSON.stringify(panel));
    await checkAxe(page);
    await page.locator(".rail .menu__button").tap();
    await page.getByRole("button", { name: "Find", exact: true }).tap();
    await page.locator(".palette").waitFor();
    await page.getByRole("combobox", { name: "Symbol, timeframe or command" }).fill("compact");
    await page.getByRole("option", { name: "Density: compact" }).tap();
    await page.locator(".palette").waitFor({ state: "hidden" });
    await until(
      () => page.evaluate(() => document.documentElement.dataset.density === "compact"),
      "rows stand closer",
    );
    // A finger still gets what it needs.
    const tab = await page.getByRole("button", { name: "Watch", exact: true }).last().boundingBox();
    assert.ok(44 <= tab.height, `${tab.height}`);
  });
});

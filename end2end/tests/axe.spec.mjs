// Everything that opens, on every screen of the desk, in both themes: good for everybody. Documents
// of the server's own are looked at in documents.spec.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  checkAxe, checkAxeInBothThemes, checkTheme, live, openPage, startVolaris, until, visit,
} from "../desk.mjs";
import { untilKept } from "../device.mjs";
import { tapePanel } from "../recordings.mjs";

const PLAN = "/plan/SPX?position=-1_SPXW_15MAR24_5050/5020P_5130/5160C";
const CHART = ".price-chart__data b:not(.price-chart__name)";
/** Screens, what shows that one is there, and how many menus it has at least. */
const SCREENS = [
  { path: "/chart/SPX?studies=volume,vwap,ema-9,rsi-14", mark: CHART, menus: 6 },
  { path: "/chart/SPX?charts=4", mark: CHART, menus: 6 },
  { path: "/chain/SPX", mark: "tr[data-money]", menus: 4 },
  { path: "/exposure/SPX", mark: "tr[data-money]", menus: 4 },
  { path: PLAN, mark: ".plan-payoff__now", menus: 3 },
  { path: "/volatility/SPX", mark: ".volatility-smile__curve", menus: 2 },
  { path: "/positions/SPX", mark: ".risk-grid__table", menus: 2 },
];
const OTHERS = [
  ["/developers", "main section"],
  ["/styleguide", ".styleguide .watch-row"],
  ["/nowhere", "h1"],
];

async function keepPosition(server) {
  const body = { position: "-2 SPXW 15MAR24 5000/4950P", name: "March", stage: "open", paid: -1_800,
    opened_at: 1 };
  const answer = await fetch(`${server.address}/api/v1/positions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 201);
}

/**
 * Opens each menu that is on the screen and looks at what is in it; gives how many there were. On a
 * `phone` a finger does so, in the one theme that is shown, and passes by those that it has `seen`.
 */
async function seeMenus(page, { isPhone = false, seen = new Set() } = {}) {
  const panels = await page
    .locator(".menu__button:visible")
    .evaluateAll((all) => all.map((one) => one.getAttribute("aria-controls")));
  for (const id of panels.filter((id) => !seen.has(id))) {
    const [button, panel] = [page.locator(`[aria-controls="${id}"]`), page.locator(`#${id}`)];
    const press = () => (isPhone ? button.tap() : button.click());
    await press();
    await panel.waitFor();
    const text = async () => (await panel.innerText()).trim();
    await until(async () => !["", "Loading…"].includes(await text()), `the menu ${id} is there`);
    await (isPhone ? checkAxe : checkAxeInBothThemes)(page, { within: panel });
    await press();
    await panel.waitFor({ state: "hidden" });
    if (isPhone) seen.add(id);
  }
  return panels.length;
}

/** Opens something, looks at it, and closes it. */
async function see(page, place, open) {
  await open();
  await place.waitFor();
  await checkAxeInBothThemes(page);
  await page.keyboard.press("Escape");
  await place.waitFor({ state: "hidden" });
}

/** What is opened from the chart's screen. */
async function seeDialogs(page) {
  const dialog = (name) => page.getByRole("dialog", { name, exact: true });
  await see(page, dialog("Command palette").getByRole("option").first(), async () => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Symbol, timeframe or command" }).fill("sp");
  });
  await see(page, dialog("Keyboard shortcuts"), () => page.keyboard.press("?"));
  await see(page, dialog("Glossary").getByText("One standard deviation"), () =>
    page.getByRole("columnheader", { name: "σ" }).getByRole("button").click(),
  );
  await see(page, dialog("How is this computed?").getByText("Final for today."), () =>
    page.locator(".rung__name", { hasText: "PDH" }).first().click(),
  );
  await see(page, dialog("Tape controls").getByRole("button", { name: "Next open" }), () =>
    tapePanel(page),
  );
  await see(page, page.locator(".tour").getByText("1 of 6"), () =>
    page.getByRole("button", { name: "Tour", exact: true }).click(),
  );
}

/** Lists of symbols, with something in them and without. */
async function seeSymbols(page) {
  for (const name of ["Search symbol", "Add a symbol"]) {
    const field = page.getByRole("combobox", { name, exact: true });
    const list = page.getByRole("listbox", { name, exact: true });
    await field.fill("s");
    await list.getByRole("option").first().waitFor();
    await page.keyboard.press("ArrowDown");
    assert.equal(await list.locator('[aria-selected="true"]').count(), 1);
    await checkAxeInBothThemes(page);
    await field.fill("zz");
    await page.getByText("Not on this tape.").filter({ visible: true }).waitFor();
    await checkAxeInBothThemes(page);
    await field.fill("");
    await field.blur();
    await list.waitFor({ state: "hidden" });
  }
}

/** A drawing that is selected, a message with a way back, levels that are not there. */
async function seeRest(page) {
  await page.getByRole("button", { name: "Horizontal line" }).click();
  await page.locator(".price-chart canvas").first().click({ position: { x: 100, y: 300 } });
  await page.getByRole("toolbar", { name: "Selected drawing" }).waitFor();
  await checkAxeInBothThemes(page);
  await page.keyboard.press("Delete");
  await page.getByRole("button", { name: "Remove VIX from the watchlist" }).click();
  await page.locator(".toast", { hasText: "VIX is off the watchlist" }).waitFor();
  await checkAxeInBothThemes(page);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  const absent = page.locator(".ladder__absent summary");
  if (await absent.isVisible()) {
    await absent.click();
    await checkAxeInBothThemes(page);
  }
}

/** Pages beside the desk, as `check` looks at them. */
async function seeOthers(page, server, check) {
  for (const [path, mark] of OTHERS) {
    await page.goto(`${server.address}${path}`);
    await page.locator(mark).first().waitFor();
    await check(page);
  }
  // The page that leads nowhere is answered with 404, which the console tells.
  const others = page.complaints.filter((one) => !/status of 404/.test(one));
  page.complaints.splice(0, Infinity, ...others);
}

test("every screen and what opens on it is for everybody", async () => {
  const server = await startVolaris();
  try {
    await keepPosition(server);
    const page = await openPage({ server, path: SCREENS[0].path });
    try {
      for (const { path, mark, menus } of SCREENS) {
        await page.goto(`${server.address}${path}`);
        await live(page);
        await page.locator(mark).first().waitFor();
        await checkAxeInBothThemes(page);
        const seen = await seeMenus(page);
        assert.ok(menus <= seen, `${path} has ${seen} menus`);
        if (path === SCREENS[0].path) {
          await seeDialogs(page);
          await seeSymbols(page);
          await seeRest(page);
        }
      }
      await seeOthers(page, server, checkAxeInBothThemes);
    } finally {
      await page.quit();
    }
  } finally {
    await server.stop();
  }
});

const PHONE = { width: 390, height: 844, touch: true };
/** Of all screens together. */
const MENUS = 17;
const closeOf = (place) => place.getByRole("button", { name: "Close", exact: true });
const paneTab = (page, name) =>
  page.locator(".tab-bar").getByRole("button", { name, exact: true });

/** Looks at something alone, and closes it by finger. */
async function seeAndTap(page, place, close = closeOf(place)) {
  await place.waitFor();
  await checkAxe(page, { within: place });
  await close.tap();
  await place.waitFor({ state: "hidden" });
}

/** What a finger opens by the palette, and from the bar at the top. */
async function seeDialogsOnPhone(page) {
  const dialog = (name) => page.getByRole("dialog", { name, exact: true });
  const palette = dialog("Command palette");
  const find = async (words) => {
    await page.getByRole("button", { name: "Find", exact: true }).tap();
    await palette.getByRole("combobox").fill(words);
  };
  const choose = async (name) => {
    await find(name);
    await palette.getByRole("option", { name: new RegExp(`^${name}`) }).first().tap();
    await palette.waitFor({ state: "hidden" });
  };
  await find("sp");
  await palette.getByRole("option").first().waitFor();
  await checkAxe(page, { within: palette });
  await palette.getByRole("combobox").fill("no such thing");
  await palette.getByText("Nothing by that name.").waitFor();
  await checkAxe(page, { within: palette });
  // A tap beside it.
  await page.touchscreen.tap(195, 830);
  await palette.waitFor({ state: "hidden" });
  await choose("Keyboard shortcuts");
  await seeAndTap(page, dialog("Keyboard shortcuts"));
  await choose("Glossary");
  await seeAndTap(page, dialog("Glossary"));
  await choose("Take the tour");
  const tour = page.locator(".tour");
  await seeAndTap(page, tour, tour.getByRole("button", { name: "Skip the rest" }));
  const [tape, badge] = [dialog("Tape controls"), page.locator(".feed-badge")];
  await badge.tap();
  await tape.getByRole("button", { name: "Next open" }).waitFor();
  await seeAndTap(page, tape, badge);
}

/** A list of symbols under its field: with something in it, and without. */
async function seeListOnPhone(page, name) {
  const field = page.getByRole("combobox", { name, exact: true });
  const place = page.locator(".symbol-search", { has: field });
  await field.fill("s");
  await place.getByRole("option").first().waitFor();
  await checkAxe(page, { within: place });
  await field.fill("zz");
  await place.getByText("Not on this tape.").waitFor();
  await checkAxe(page, { within: place });
  await field.fill("");
  await field.blur();
}

/** What opens on the chart, among the levels and in the watchlist. */
async function seePanesOnPhone(page, seen) {
  await seeListOnPhone(page, "Search symbol");
  const draw = page.getByRole("button", { name: "Draw", exact: true });
  const drawings = page.getByRole("dialog", { name: "Draw", exact: true });
  await draw.tap();
  await drawings.getByRole("button", { name: "Horizontal line", exact: true }).tap();
  const canvas = page.locator(".price-chart__canvas").first();
  await canvas.tap({ position: { x: 100, y: 300 } });
  const options = page.getByRole("toolbar", { name: "Selected drawing" });
  await options.waitFor();
  await draw.tap();
  await drawings.getByRole("button", { name: "timeframes of Horizontal line" }).tap();
  await drawings.getByRole("button", { name: "5m", exact: true }).waitFor();
  await seeAndTap(page, drawings, draw);
  await seeAndTap(page, options, options.getByRole("button", { name: "Delete drawing" }));

  await paneTab(page, "Levels").tap();
  await seeMenus(page, { isPhone: true, seen });
  await page.locator(".rung__name", { hasText: "PDH" }).first().tap();
  const sheet = page.getByRole("dialog", { name: "How is this computed?" });
  await sheet.getByText("Final for today.").waitFor();
  await seeAndTap(page, sheet);
  await page.locator(".ladder__absent summary").tap();
  await checkAxe(page, { within: page.locator(".ladder__absent") });

  await paneTab(page, "Watch").tap();
  await seeMenus(page, { isPhone: true, seen });
  await seeListOnPhone(page, "Add a symbol");
  await page.getByRole("button", { name: "Remove VIX from the watchlist" }).tap();
  const toast = page.locator(".toast", { hasText: "VIX is off the watchlist" });
  await seeAndTap(page, toast, toast.getByRole("button", { name: "Undo" }));
}

/** What a tap on a row of a table opens. */
async function seeRowsOnPhone(page, server) {
  const position = "position=-2_SPXW_15MAR24_5000/4950P";
  await page.goto(`${server.address}/chain/SPX?${position}`);
  const strip = page.getByRole("complementary", { name: "Position", exact: true });
  await strip.waitFor();
  await checkAxe(page, { within: strip });
  await page.locator(".chain-row").nth(9).tap();
  await seeAndTap(page, page.getByRole("complementary", { name: "Contracts at this strike" }));
  await page.goto(`${server.address}/positions/SPX`);
  const name = page.locator(".position__name");
  const parts = page.locator(".position-detail__parts");
  await name.tap();
  await parts.getByRole("form", { name: "Close" }).waitFor();
  await seeAndTap(page, parts, name);
}

for (const theme of ["dark", "light"]) {
  test(`whatever a finger opens on a phone is for everybody, ${theme}`, async () => {
    const server = await startVolaris();
    let page;
    try {
      await keepPosition(server);
      page = await openPage({ server, path: SCREENS[0].path, theme, ...PHONE });
      const seen = new Set();
      // The two that every screen has stand elsewhere here.
      for (const { path, mark } of SCREENS.filter(({ menus }) => 2 < menus)) {
        await page.goto(`${server.address}${path}`);
        await live(page);
        await page.locator(mark).first().waitFor();
        await seeMenus(page, { isPhone: true, seen });
        if (path !== SCREENS[0].path) continue;
        await seeDialogsOnPhone(page);
        await seePanesOnPhone(page, seen);
      }
      await seeRowsOnPhone(page, server);
      await checkTheme(page, theme);
      assert.equal(seen.size, MENUS, [...seen].join());
      await page.quit();
    } finally {
      await page?.leave();
      await server.stop();
    }
  });
}

visit(
  "with news above it every page fits on a phone",
  { path: SCREENS[0].path, hasNews: true, before: keepPosition, ...PHONE },
  async ({ page, server }) => {
    const news = page.locator(".news-bar li");
    for (const { path, mark } of SCREENS) {
      await page.goto(`${server.address}${path}`);
      await page.locator(mark).first().waitFor();
      assert.ok(await news.isVisible());
      await checkAxe(page);
    }
    // The style guide shows a bar of news as well.
    await seeOthers(page, server, () => checkAxe(page, { except: ["landmark-unique"] }));
    assert.ok(await news.isVisible());
  },
);

for (const theme of ["dark", "light"]) {
  test(`without its server the desk is for everybody, ${theme}`, async () => {
    const server = await startVolaris();
    const page = await openPage({ server, path: "/chart/SPX?span=5m", theme });
    try {
      await live(page);
      await untilKept(page, "/chart/SPX?span=5m");
      await server.stop();
      await page.goto(`${server.address}/chart/NDX`);
      await page.getByRole("heading", { name: "The desk cannot be reached" }).waitFor();
      await checkTheme(page, theme);
      await checkAxe(page);
      await page.getByRole("link", { name: "/chart/SPX" }).click();
      await page.locator(".top-bar__offline").waitFor();
      await page.locator(".ladder__last").waitFor();
      await checkTheme(page, theme);
      await checkAxe(page);
    } finally {
      // What the browser itself says of a server that is away is no fault of the page.
      await page.leave();
      await server.stop();
    }
  });
}

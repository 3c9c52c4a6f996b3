// The palette: what it finds beside commands, and what it leads to.

import assert from "node:assert/strict";

import { live, until, visit } from "../desk.mjs";
import { chooseFirst, palette } from "../palette.mjs";
import { csv, dayOfMinutes, importBars, withFile } from "../recordings.mjs";

visit("the palette presses what stands on the screen that is open", { path: "/chain/SPX" },
  async ({ page }) => {
    await page.locator(".chain-row").first().waitFor();
    const choose = (words, name) => chooseFirst(page, words, name);
    // An expiry, by its date; a menu.
    await choose("expiries 15mar spxw", "Expiries: 15MAR24");
    await page.waitForURL(/expiry=SPXW-2024-03-15/);
    await choose("columns", "Columns");
    await page.getByRole("dialog", { name: "Columns" }).waitFor();
    await page.keyboard.press("Escape");
    // What can be done everywhere is the same here.
    await choose("strategy", "Strategy builder");
    await page.waitForURL(/\/plan\/SPX/);
    // A field has the focus then.
    await page.getByRole("textbox", { name: "Position", exact: true }).first().waitFor();
    await choose("position", "Position\n");
    await page.keyboard.type("-1 SPXW 15MAR24 5000P");
    await page.keyboard.press("Enter");
    await page.waitForURL(/position=-1_SPXW_15MAR24_5000P/);
  });

visit("the palette knows what things are called elsewhere", { path: "/chart/SPX" },
  async ({ page }) => {
    await live(page);
    const choose = (words, name) => chooseFirst(page, words, name);
    await choose("theme", "Switch between dark and light");
    await page.locator('html[data-theme="light"]').waitFor();
    await choose("studies", "Indicators…");
    await page.getByRole("dialog", { name: "Indicators" }).waitFor();
    await page.keyboard.press("Escape");
    await choose("notifications", "Notices: what was said");
    await page.getByRole("dialog", { name: "Notices" }).waitFor();
    await page.keyboard.press("Escape");
    // What is named so comes before what is only called so.
    await choose("log", "Scale: log");
  });

visit("kept charts, a watchlist and a recorded day are found by their names",
  { path: "/chart/SPY?span=15m" },
  async ({ page, server }) => {
    await live(page);
    await withFile("spy.csv", csv(dayOfMinutes("2024-02-22", 3, 50_400)), async (path) => {
      const { stdout, stderr } = await importBars(server.folder, path, "--symbol", "SPY");
      assert.match(stdout, /480 added/, stderr);
    });
    const choose = (words, name) => chooseFirst(page, words, name);
    await page.keyboard.press(".");
    await page.getByRole("dialog", { name: "Layout" }).getByRole("textbox").focus();
    await page.keyboard.type("Opening bell");
    await page.keyboard.press("Enter");
    await page.getByText("Opening bell is kept.").waitFor();
    await page.keyboard.press("Escape");
    await choose("watchlists others", "Watchlists: others, files, columns…");
    await page.getByPlaceholder("New list").fill("Funds");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing here yet.").waitFor();
    await page.keyboard.press("Escape");

    // From whatever stands in the middle.
    await choose("gamma exposure", "Gamma exposure (GEX)");
    await page.waitForURL(/\/exposure\/SPY/);
    await choose("opening bell", "Layout: Opening bell");
    await page.getByText("Opening bell is shown.").waitFor();
    await page.waitForURL(/\/chart\/SPY\?span=15m/);
    // A list comes into sight where it was put away.
    const list = page.locator(".desk__watch");
    await choose("watchlist away", "Watchlist: put away, or bring back");
    await list.waitFor({ state: "hidden" });
    await choose("watchlist main", "Watchlist: Main");
    await list.locator(".watch-row", { hasText: "NDX" }).waitFor();
    await choose("watchlist funds", "Watchlist: Funds");
    await page.getByText("Nothing here yet.").waitFor();
    // A day that has not what is shown shows what it has.
    await choose("qqq", "QQQ ·");
    await page.waitForURL(/\/chart\/QQQ/);
    await choose("replay 2024", "Replay 2024-02-22");
    await page.locator('.feed-badge[data-kind="recorded"]', { hasText: "2024-02-22" }).waitFor();
    await page.waitForURL(/\/chart\/SPY/);
  });

visit("steps of menus are done from the palette, or led to", { path: "/chart/SPX" },
  async ({ page, server }) => {
    await live(page);
    await withFile("spx.csv", csv(dayOfMinutes("2024-02-22", 3, 50_400)), async (path) => {
      const { stdout, stderr } = await importBars(server.folder, path, "--symbol", "SPX");
      assert.match(stdout, /480 added/, stderr);
    });
    const choose = (words, name) => chooseFirst(page, words, name);
    const focused = (selector) => page.locator(`${selector}:focus`).waitFor();
    const rows = page.locator(".desk__watch .watch-row");

    await choose("layout keep", "Layout: keep these charts as…");
    await focused("[placeholder=Name]");
    await page.keyboard.type("Opening bell");
    await page.keyboard.press("Enter");
    await page.getByText("Opening bell is kept.").waitFor();
    await page.keyboard.press("Escape");
    await choose("delete the layout", "Delete the layout Opening bell");
    await page.getByText("Opening bell is deleted.").waitFor();

    // In a pane that may be away.
    await choose("watchlist away", "Watchlist: put away, or bring back");
    await rows.first().waitFor({ state: "hidden" });
    await choose("watchlist make", "Watchlist: make another…");
    await focused("[placeholder='New list']");
    await page.keyboard.type("Funds");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing here yet.").waitFor();
    await page.keyboard.press("Escape");
    await choose("watchlist rename", "Watchlist: rename…");
    await focused("[placeholder='Another name']");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("ETFs");
    await page.keyboard.press("Enter");
    await page.locator("#watch-menu").getByRole("button", { name: "ETFs · 0" }).waitFor();
    await page.keyboard.press("Escape");
    const choosing = page.waitForEvent("filechooser");
    await choose("import", "Watchlist: import a file…");
    const buffer = Buffer.from("QQQ\n");
    await (await choosing).setFiles({ name: "mine.txt", mimeType: "text/plain", buffer });
    await rows.filter({ hasText: "QQQ" }).waitFor();
    await page.keyboard.press("Escape");
    await choose("column points", "Watchlist column: Points, show or hide");
    await until(async () => /[+−][\d.,]+ [+−][\d.]+%/.test(await rows.first().innerText()),
      "points beside the percent");
    const saving = page.waitForEvent("download");
    await choose("watchlist export", "Watchlist: export as a file");
    assert.equal((await saving).suggestedFilename(), "ETFs.txt");
    await choose("watchlist delete", "Watchlist: delete");
    await page.getByText("ETFs is deleted.").waitFor();
    await rows.filter({ hasText: "NDX" }).waitFor();
    // The last list stays, and the practice market has no day to go about in.
    await page.keyboard.press("Control+k");
    for (const words of ["watchlist delete", "time of the day"]) {
      await palette(page).getByRole("combobox").fill(words);
      await palette(page).getByText("Nothing by that name.").waitFor();
    }
    await page.keyboard.press("Escape");
    await palette(page).waitFor({ state: "hidden" });
    await choose("replay 2024", "Replay 2024-02-22");
    await page.locator('.feed-badge[data-kind="recorded"]').waitFor();
    await choose("time of the day", "Tape: go to a time of the day…");
    await focused("#tape-panel [type=range]");
    await page.keyboard.press("Escape");
    await page.locator("#tape-panel").waitFor({ state: "hidden" });
    await choose("single keys", "Keyboard: single keys on or off");
    await page.getByText("Single keys are off.").waitFor();
    await page.reload();
    await live(page);
    await page.keyboard.press("/");
    await page.keyboard.press("Alt+i");
    await page.waitForURL(/invert=1/);
    assert.ok(!(await page.getByRole("dialog", { name: "Indicators" }).isVisible()));
  });

visit("a key right after the palette closed, or while nothing has the focus, is heard",
  { path: "/chart/SPX?charts=2" },
  async ({ page }) => {
    await live(page);
    await page.waitForLoadState("networkidle");
    const press = (place, key) => place.evaluate((one, key) =>
      one.dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true })),
    key);
    await chooseFirst(page, "qqq", "QQQ ·");
    // Its field keeps the focus until the browser looks.
    await press(page.locator(".palette__field"), { key: "Enter", altKey: true });
    await page.waitForURL(/\/chart\/QQQ\?.*max=1/);
    assert.equal(await page.locator(".price-chart:visible").count(), 1);
    // What had the focus in a menu may be gone.
    await page.getByRole("button", { name: "Layout", exact: true }).click();
    const menu = page.getByRole("dialog", { name: "Layout" });
    await menu.getByRole("group", { name: "Charts" }).waitFor();
    await menu.evaluate(() => {
      document.activeElement.blur();
      const escape = new KeyboardEvent("keydown", { key: "Escape", bubbles: true });
      document.body.dispatchEvent(escape);
    });
    await menu.waitFor({ state: "hidden" });
    await page.locator(".menu__button:focus", { hasText: "Layout" }).waitFor();
  });

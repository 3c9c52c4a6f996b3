// Watchlists: several, in the trader's order, by mouse, keys and finger; columns; files.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

import { fingers } from "../chart.mjs";
import { checkAxe, hold, live, openPage, visit } from "../desk.mjs";

const order = async (page) => (await page.locator(".watch-row b").allInnerTexts()).join(" ");

async function until(look, expected, what) {
  let seen;
  for (let tries = 0; tries < 200; tries += 1) {
    seen = await look();
    if (seen === expected) return;
    await pause(50);
  }
  assert.equal(seen, expected, what);
}


async function openMenu(page) {
  const menu = page.getByRole("dialog", { name: "Watchlists" });
  if (!(await menu.isVisible())) await page.locator(".desk__watch .menu__button").click();
  await menu.getByRole("group", { name: "Watchlists" }).waitFor();
  return menu;
}

async function drag(page, symbol, onto, part) {
  const grip = await page.locator(`#watch-grip-${symbol}`).boundingBox();
  const row = await page.locator(".watch-row", { hasText: onto }).first().boundingBox();
  await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
  await page.mouse.down();
  await page.mouse.move(row.x + 20, row.y + row.height * part, { steps: 5 });
  await page.mouse.up();
}

visit("rows are put in order by mouse and by keys, and stay so", {}, async ({ page }) => {
  await live(page);
  await until(() => order(page), "SPX NDX SPY QQQ VIX", "the first list");
  await drag(page, "VIX", "NDX", 0.2);
  await until(() => order(page), "SPX VIX NDX SPY QQQ", "dragged up");
  await drag(page, "SPX", "QQQ", 0.9);
  await until(() => order(page), "VIX NDX SPY QQQ SPX", "dragged to the end");
  await drag(page, "SPY", "SPY", 0.9);
  await until(() => order(page), "VIX NDX SPY QQQ SPX", "dropped where it was");

  await page.locator("#watch-grip-SPX").focus();
  await page.keyboard.press("ArrowUp");
  await until(() => order(page), "VIX NDX SPY SPX QQQ", "a step up");
  const kept = page.waitForResponse(/watchlists\/change/);
  // The focus stays with what moves.
  await until(() => page.evaluate(() => document.activeElement.id), "watch-grip-SPX", "the focus");
  await page.keyboard.press("ArrowUp");
  await kept;
  await until(() => order(page), "VIX NDX SPX SPY QQQ", "another step up");
  await page.keyboard.press("ArrowDown");
  await until(() => order(page), "VIX NDX SPY SPX QQQ", "a step down");
  await page.waitForLoadState("networkidle");
  await page.reload();
  await until(() => order(page), "VIX NDX SPY SPX QQQ", "after another visit");
});

visit("what one page did to a list stays when another one changes it", {},
  async ({ page, server }) => {
    const remove = async (page, symbol) => {
      const kept = page.waitForResponse(/watchlists\/change/);
      await page.getByRole("button", { name: `Remove ${symbol} from the watchlist` }).click();
      await kept;
    };
    await live(page);
    await until(() => order(page), "SPX NDX SPY QQQ VIX", "the first list");
    const other = await openPage({ server });
    try {
      await live(other);
      await until(() => order(other), "SPX NDX SPY QQQ VIX", "the same list");
      await remove(other, "SPY");
      // This page has not heard of it.
      assert.equal(await order(page), "SPX NDX SPY QQQ VIX");
      await remove(page, "NDX");
      await until(() => order(page), "SPX QQQ VIX", "without both");
      await other.locator(".toast").getByRole("button", { name: "Undo" }).click();
      await until(() => order(other), "SPX SPY QQQ VIX", "only its own step is taken back");
      await remove(page, "VIX");
      await until(() => order(page), "SPX QQQ SPY", "with what came there meanwhile");
      await other.quit();
    } finally {
      await other.leave();
    }
  });

visit("what is done to lists quickly is seen at once, and sent one after the other", {},
  async ({ page }) => {
    const remove = (symbol) =>
      page.getByRole("button", { name: `Remove ${symbol} from the watchlist` }).click();
    const [asked, answered] = [[], []];
    page.on("request", (request) => {
      if (request.url().endsWith("/watchlists/change")) asked.push(request);
    });
    page.on("response", (answer) => {
      if (asked.includes(answer.request())) answered.push(answered.length);
    });
    await live(page);
    await until(() => order(page), "SPX NDX SPY QQQ VIX", "the first list");
    // What renames lists is loaded by then.
    const menu = await openMenu(page);
    await menu.getByPlaceholder("Another name").fill("Mine");
    await menu.getByRole("button", { name: "Rename" }).click();
    await until(() => answered.length, 1, "the first name");

    const answer = await hold(page, "**/watchlists/change");
    await menu.getByPlaceholder("Another name").fill("Indices");
    await menu.getByRole("button", { name: "Rename" }).click();
    await menu.getByRole("button", { name: "Indices · 5" }).waitFor();
    await page.keyboard.press("Escape");
    await remove("SPY");
    await remove("QQQ");
    await page.locator("#watch-grip-VIX").focus();
    await page.keyboard.press("ArrowUp");
    await until(() => order(page), "SPX VIX NDX", "all of it is seen at once");
    await pause(300);
    assert.equal(asked.length, 2, "the others wait for the answer to the first");
    answer();
    await until(() => answered.length, 5, "all of it is sent");
    assert.equal(await order(page), "SPX VIX NDX");

    // What cannot be kept holds nothing up.
    await page.unroute("**/watchlists/change");
    await page.route("**/watchlists/change", (route) => route.abort(), { times: 1 });
    await remove("NDX");
    await remove("VIX");
    await until(() => order(page), "SPX NDX", "what was not kept is back, the other is gone");
    await until(() => answered.length, 6, "the other was sent");
    // Not even what is kept can be read: it stands as it was last told.
    const away = "**/watchlists/{change,read}";
    await page.route(away, (route) => route.abort());
    await remove("NDX");
    await page.locator(".toast", { hasText: "The watchlist was not saved" }).waitFor();
    await until(() => order(page), "SPX NDX", "it is back");
    await page.unroute(away);
    page.complaints.length = 0;
    await page.waitForLoadState("networkidle");
    await page.reload();
    await until(() => order(page), "SPX NDX", "after another visit");
  });

visit("what was done to a step that was refused is taken back, and told", {}, async ({ page }) => {
  await live(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await live(other);
  const make = async (one, name) => {
    const menu = await openMenu(one);
    await menu.getByPlaceholder("New list").fill(name);
    await menu.getByRole("button", { name: "Make" }).click();
    await menu.getByRole("button", { name: `${name} · 0` }).waitFor();
    return menu;
  };
  const menu = await make(page, "Mine");
  await make(other, "Taken");
  const answer = await hold(page, "**/watchlists/change");
  await menu.getByPlaceholder("Another name").fill("Taken");
  await menu.getByRole("button", { name: "Rename" }).click();
  await menu.getByRole("button", { name: "Taken · 0" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: "Add a symbol" }).fill("QQQ");
  await page.keyboard.press("Enter");
  await until(() => order(page), "QQQ", "on what seems to be the renamed list");
  answer();
  await page.locator(".toast", { hasText: "Nor was what was done after it." }).waitFor();
  await openMenu(page);
  for (const name of ["Mine · 0", "Taken · 0"]) {
    await menu.getByRole("button", { name }).waitFor();
  }
  page.complaints.length = 0;
});

visit("lists are made, named, chosen, deleted and brought back", {}, async ({ page }) => {
  await live(page);
  let menu = await openMenu(page);
  await checkAxe(page);
  await menu.getByPlaceholder("New list").fill("Funds");
  await menu.getByRole("button", { name: "Make" }).click();
  await menu.getByRole("button", { name: "Funds · 0" }).waitFor();
  assert.equal(await order(page), "");
  await page.getByText("Nothing here yet.").waitFor();
  await menu.getByPlaceholder("New list").fill("Funds");
  await menu.getByRole("button", { name: "Make" }).click();
  await page.locator(".toast", { hasText: "There is a watchlist Funds already." }).waitFor();

  await page.getByRole("combobox", { name: "Add a symbol" }).fill("QQQ");
  await page.keyboard.press("Enter");
  await until(() => order(page), "QQQ", "a symbol on the new list");
  menu = await openMenu(page);
  await menu.getByPlaceholder("Another name").fill("ETFs <b>");
  await menu.getByRole("button", { name: "Rename" }).click();
  await menu.getByRole("button", { name: "ETFs <b> · 1" }).waitFor();
  await menu.getByRole("button", { name: "Main · 5" }).click();
  await until(() => order(page), "SPX NDX SPY QQQ VIX", "the other list");
  await page.reload();
  await live(page);
  menu = await openMenu(page);
  await menu.getByRole("button", { name: "ETFs <b> · 1" }).click();
  await until(() => order(page), "QQQ", "the renamed list after another visit");

  await menu.getByRole("button", { name: "Delete" }).click();
  await until(() => order(page), "SPX NDX SPY QQQ VIX", "the list that is left");
  assert.ok(await menu.getByRole("button", { name: "Delete" }).isDisabled(), "the last one stays");
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await until(() => order(page), "QQQ", "the list that came back");
});

visit("a list comes from a file and goes to one, and bad rows are told", {}, async ({ page }) => {
  await live(page);
  const menu = await openMenu(page);
  const text = "###MINE,NASDAQ:AAPL,SPX\nES1!\nMSFT;qqq\n";
  await menu.getByLabel("A file of tickers").setInputFiles({
    name: "mine.txt",
    mimeType: "text/plain",
    buffer: Buffer.from(text),
  });
  const toast = page.locator(".toast");
  const told = "2 symbols were added. Not tickers: 1; the first is ES1! in row 2.";
  await toast.getByText(told).waitFor();
  await until(() => order(page), "SPX NDX SPY QQQ VIX AAPL MSFT", "both are there");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    (await openMenu(page)).getByRole("button", { name: "Export" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "Main.txt");
  const lines = await readFile(await download.path(), "utf8");
  assert.equal(lines, "SPX\nNDX\nSPY\nQQQ\nVIX\nAAPL\nMSFT\n");
  await toast.getByRole("button", { name: "Undo" }).click();
  await until(() => order(page), "SPX NDX SPY QQQ VIX", "as before the file");
});

visit("columns are chosen, and a day is a line", { path: "/chart/SPX" }, async ({ page }) => {
  await live(page);
  const row = page.locator(".watch-row", { hasText: "SPX" });
  const line = row.locator(".watch-row__day path").nth(1);
  await until(async () => /^M\d.*L/.test(await line.getAttribute("d")), true, "a line");
  const menu = await openMenu(page);
  const columns = menu.getByRole("group", { name: "A row tells" });
  await columns.getByRole("button", { name: "Day" }).click();
  await row.locator(".watch-row__day").waitFor({ state: "detached" });
  await columns.getByRole("button", { name: "Points" }).click();
  await columns.getByRole("button", { name: "ATR used" }).click();
  const told = async () => (await row.innerText()).replace(/\s+/g, " ");
  assert.match(await told(), /[+−][\d.,]+ [+−][\d.]+%/);
  assert.match(await told(), /\d+ % of ATR/);
  await page.reload();
  await live(page);
  await until(async () => /\d+ % of ATR/.test(await told()), true, "kept on this device");
  assert.equal(await row.locator(".watch-row__day").count(), 0);
});

visit(
  "a finger puts rows in order on a phone",
  { width: 390, height: 844, touch: true },
  async ({ page }) => {
    await live(page);
    await page.getByRole("button", { name: "Watch" }).click();
    const grip = await page.locator("#watch-grip-VIX").boundingBox();
    const row = await page.locator(".watch-row", { hasText: "SPX" }).first().boundingBox();
    const touch = await fingers(page);
    await touch("touchStart", [grip.x + 10, grip.y + 15]);
    for (let step = 1; step <= 5; step += 1) {
      await touch("touchMove", [grip.x + 10, grip.y + ((row.y + 5 - grip.y) * step) / 5]);
    }
    await touch("touchEnd");
    await until(() => order(page), "VIX SPX NDX SPY QQQ", "moved by a finger");
  },
);

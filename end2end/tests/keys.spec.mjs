// The desk by keyboard: the palette, keys as traders know them, keys of one's own, and what can be
// taken elsewhere.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { checkAxe, live, visit } from "../desk.mjs";

const palette = (page) => page.getByRole("dialog", { name: "Command palette" });

visit("letters find a symbol, digits a timeframe, words a command", {}, async ({ page }) => {
  await live(page);
  await page.keyboard.press("q");
  await palette(page).waitFor();
  await page.keyboard.type("q");
  await palette(page).getByRole("option", { name: /^QQQ/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/chart\/QQQ/);
  await palette(page).waitFor({ state: "hidden" });
  await page.keyboard.type("60");
  await palette(page).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/span=1h/);
  await page.keyboard.press("Control+k");
  await palette(page).getByRole("combobox").fill("heikin");
  await checkAxe(page);
  await page.keyboard.press("Enter");
  await page.waitForURL(/style=heikin-ashi/);
  await page.keyboard.press("Control+k");
  await palette(page).getByRole("combobox").fill("rsi");
  await page.keyboard.press("Enter");
  await page.waitForURL(/rsi-14/);
  await page.keyboard.press("Control+k");
  await palette(page).getByRole("combobox").fill("no such thing");
  await palette(page).getByText("Nothing by that name.").waitFor();
  await page.keyboard.press("Escape");
  await palette(page).waitFor({ state: "hidden" });
  await page.keyboard.press("Alt+l");
  await page.waitForURL(/scale=log/);
  await page.keyboard.press("Alt+l");
  await page.waitForURL((url) => !url.search.includes("scale"));
  await page.keyboard.press(" ");
  await page.keyboard.press("/");
  await page.getByRole("dialog", { name: "Indicators" }).getByRole("searchbox").waitFor();
});

visit("nothing is done while somebody types", {}, async ({ page }) => {
  await live(page);
  await page.getByRole("combobox", { name: "Search symbol" }).fill("");
  await page.keyboard.type("5/?q ");
  await palette(page).waitFor({ state: "hidden" });
  assert.equal(await page.getByRole("combobox", { name: "Search symbol" }).inputValue(), "5/?q ");
  assert.match(page.url(), /chart\/SPX$/);
});

visit("a key of one's own is kept, and single keys can be switched off", {}, async ({ page }) => {
  await live(page);
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.waitFor();
  await checkAxe(page);
  const row = sheet.locator("li", { hasText: "Invert the scale" });
  await row.getByRole("button").click();
  await row.getByText("Press a key…").waitFor();
  await page.keyboard.press("Alt+x");
  await row.getByText("Alt X").first().waitFor();
  await sheet.getByRole("button", { name: "Single keys" }).click();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  await page.keyboard.press("q");
  await page.keyboard.press("Alt+x");
  await page.waitForURL(/invert=1/);
  assert.ok(!(await palette(page).isVisible()));
  await page.reload();
  await live(page);
  await page.keyboard.press("Alt+x");
  await page.waitForURL((url) => !url.search.includes("invert"));
  // What it was bound to before does nothing any more.
  await page.keyboard.press("Alt+i");
  await page.keyboard.press("q");
  await page.waitForTimeout(200);
  assert.ok(!page.url().includes("invert"));
  assert.ok(!(await palette(page).isVisible()));
});

visit("levels and the chart are taken elsewhere", {}, async ({ page }) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await live(page);
  const choose = async (words) => {
    await page.keyboard.press("Control+k");
    await palette(page).getByRole("combobox").fill(words);
    await page.keyboard.press("Enter");
  };
  await choose("copy the levels");
  await page.getByText(/\d+ levels were copied/).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^SPX levels, 2024-02-27 \d\d:\d\d New York, simulated practice prices\n/);
  const pdh = await page.locator(".rung", { hasText: "PDH" }).first().locator("data").innerText();
  assert.ok(copied.includes(pdh), `${pdh} is not in ${copied}`);
  for (const [words, ending, begins] of [
    ["levels as csv", ".csv", "symbol,name,price"],
    ["pine", ".pine", "//@version=6"],
    ["picture", ".png", "\u{fffd}PNG"],
  ]) {
    const waiting = page.waitForEvent("download");
    await choose(words);
    const file = await waiting;
    assert.ok(file.suggestedFilename().endsWith(ending), file.suggestedFilename());
    const text = await readFile(await file.path(), "utf8");
    assert.ok(text.startsWith(begins), text.slice(0, 40));
  }
});

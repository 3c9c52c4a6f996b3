// Which levels are shown, by groups, and in which colours: on the ladder, the chart, and next time.

import assert from "node:assert/strict";

import { checkAxe, live, until, visit } from "../desk.mjs";
import { clock, importBars, tapePanel, withFile } from "../recordings.mjs";

const rungs = (page) =>
  page.locator(".rung__name").evaluateAll((all) => all.map((one) => one.firstChild.textContent));

async function openGroups(page) {
  await page.locator(".desk__levels .menu__button").click();
  const menu = page.getByRole("dialog", { name: "Levels" });
  await menu.getByRole("group", { name: "Levels on ladder and chart" }).waitFor();
  return menu;
}

visit("daily, weekly and monthly levels are switched by groups", {}, async ({ page }) => {
  await live(page);
  await until(async () => (await rungs(page)).includes("PDH"), "the prior day is there at first");
  assert.ok(!(await rungs(page)).some((name) => /Mo/.test(name)), "the prior month is not");
  const menu = await openGroups(page);
  await checkAxe(page);
  const group = (name) => menu.getByRole("button", { name, exact: true });
  assert.equal(await group("Prior day").getAttribute("aria-pressed"), "true");
  assert.equal(await group("Prior month").getAttribute("aria-pressed"), "false");
  await group("Prior month").click();
  await group("Weekly pivots").click();
  await group("Prior day").click();
  const has = async (name) => (await rungs(page)).includes(name);
  await until(async () => (await has("PMoH")) && (await has("wP")), "the groups that came");
  assert.ok(!(await has("PDH")) && (await has("PWH")), "the group that went");
  await page.reload();
  await live(page);
  await until(async () => (await has("PMoH")) && !(await has("PDH")), "kept on this device");
  // A depth sets them all at once.
  await page.getByRole("group", { name: "Levels shown" }).getByText("Key").click();
  await until(async () => (await has("PDH")) && !(await has("PMoH")), "as the depth says");
});

visit("rising is blue and falling orange where that is chosen", {}, async ({ page }) => {
  await live(page);
  const color = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--up"));
  const before = await color();
  const green = () =>
    page.locator(".price-chart__canvas").evaluate((canvas) => {
      const { width, height } = canvas;
      const copy = new OffscreenCanvas(width, height).getContext("2d", {
        willReadFrequently: true,
      });
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, width, height);
      let green = 0;
      for (let at = 0; at < data.length; at += 4) {
        green += 40 < data[at + 1] - Math.max(data[at], data[at + 2]) ? 1 : 0;
      }
      return green;
    });
  await until(async () => 100 < (await green()), "rising bars are green");
  const menu = await openGroups(page);
  await menu.getByRole("button", { name: "Blue and orange" }).click();
  await until(async () => (await color()) !== before, "another colour");
  await until(async () => (await green()) === 0, "nothing green is left on the chart");
  await page.reload();
  await live(page);
  assert.notEqual(await color(), before, "kept on this device");
  await checkAxe(page);
});

visit("levels are filtered to what matters now, and the head says so", {}, async ({ page }) => {
  await live(page);
  // A price that moves may touch a level meanwhile.
  await page.keyboard.press(" ");
  await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
  // Those of options are asked for, and come last.
  await page.locator(".rung__name", { hasText: "EM−" }).waitFor();
  const all = (await rungs(page)).length;
  const menu = await openGroups(page);
  const head = page.locator(".desk__levels .menu__button");
  const only = async (name) => {
    await menu.getByRole("button", { name, exact: true }).click();
    await until(async () => (await head.innerText()).includes(name), `the head says ${name}`);
    return (await rungs(page)).length;
  };
  const near = await only("Within 1 ATR");
  assert.ok(0 < near && near < all, `${near} of ${all}`);
  const untouched = await only("Untouched");
  const touched = await only("Touched");
  assert.equal(touched + untouched, all, "each is one or the other");
  await checkAxe(page);
  await page.reload();
  await live(page);
  assert.match(await head.innerText(), /^Touched/);
  assert.equal((await rungs(page)).length, touched);
});

visit("the ladder's order and a group's colour are chosen, and kept", {}, async ({ page }) => {
  await live(page);
  // Those of options come last.
  await until(async () => (await rungs(page)).includes("EM+"), "every level");
  await page.keyboard.press(" ");
  await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
  const prices = () =>
    page.locator(".rung__price data").evaluateAll((all) => all.map((one) => Number(one.value)));
  const highest = await prices();
  assert.deepEqual(highest, [...highest].sort((a, b) => b - a));
  const menu = await openGroups(page);
  const choose = (name) => menu.getByRole("button", { name, exact: true }).click();
  await choose("Nearest first");
  const text = await page.locator(".last-price__price").innerText();
  const last = Number(text.replaceAll(",", ""));
  const away = (price) => Math.abs(price - last);
  const nearest = [...highest].sort((a, b) => away(a) - away(b));
  const isBy = async (wanted) => JSON.stringify(await prices()) === JSON.stringify(wanted);
  await until(() => isBy(nearest), "by distance");
  assert.equal(await page.locator(".ladder tr").nth(1).getAttribute("class"), "ladder__last");
  await choose("By group");
  const names = async () => (await rungs(page)).join(" ");
  const isTogether = async () => /PDH PDC PDL/.test(await names());
  await until(isTogether, "the prior day together");
  // Each group is a body of the table, with its name as the heading of its rows.
  const bodies = await page.locator(".ladder tbody").evaluateAll((all) =>
    all.map((body) => ({
      heading: body.querySelector('th[scope="rowgroup"]')?.textContent ?? "",
      rungs: [...body.querySelectorAll(".rung__name")].map((one) => one.firstChild.textContent),
    })),
  );
  const groups = bodies.filter((body) => body.heading !== "");
  assert.equal(groups[0].heading, "Prior day");
  assert.deepEqual(groups[0].rungs, ["PDH", "PDC", "PDL"]);
  assert.equal(new Set(groups.map((body) => body.heading)).size, groups.length);
  const options = groups.find((body) => body.heading === "Walls, flip, EM");
  assert.ok(options.rungs.includes("EM+") && options.rungs.includes("Flip"), `${options.rungs}`);
  assert.deepEqual(groups.flatMap((body) => body.rungs), await rungs(page), "none without a group");
  await page.getByRole("rowheader", { name: "Prior day", exact: true }).waitFor();
  await menu.getByLabel("Group", { exact: true }).selectOption("Prior day");
  const colors = menu.getByRole("group", { name: "Colour of the group" });
  await colors.getByRole("button", { name: "Colour 3" }).click();
  await checkAxe(page);
  const edge = (name) =>
    page.locator(".rung__name", { hasText: name }).evaluate((one) => {
      const named = getComputedStyle(document.documentElement).getPropertyValue("--study-3");
      const hex = (part) => Number(part).toString(16).padStart(2, "0");
      // A rung that was taken away meanwhile has no colour.
      const parts = getComputedStyle(one).borderLeftColor.match(/\d+/g) ?? [];
      return { is: `#${parts.map(hex).join("")}`, named };
    });
  const isColored = async () => {
    const { is, named } = await edge("PDH");
    return is === named;
  };
  await until(isColored, "its edge has the colour");
  await page.reload();
  await live(page);
  await until(isColored, "kept on this device");
  assert.ok(await isTogether(), "the order is kept");
});

visit("options make levels, explained, with odds of a touch", {}, async ({ page, server }) => {
  await live(page);
  // The name comes first, then whether it is forming.
  const named = (name) => page.locator(".rung__name", { hasText: new RegExp(`^${name}`) });
  const rung = (name) => page.locator(".rung", { has: named(name) });
  const price = (name) => rung(name).locator("data").getAttribute("value").then(Number);
  await rung("Call wall").waitFor();
  const exposure = await (await fetch(`${server.address}/api/v1/exposure/SPX`)).json();
  assert.equal(await price("Call wall"), exposure.call_wall);
  assert.equal(await price("Put wall"), exposure.put_wall);
  const middle = ((await price("EM\\+")) + (await price("EM−"))) / 2;
  const odds = (name) => rung(name).locator("td").nth(5).textContent();
  for (const name of ["PDH", "EM\\+", "Flip"]) {
    assert.match(await odds(name), /^([<>]?\d{1,2}|100)%$/, name);
  }
  // How far it is, in points, grows with how many σ that are: the same for every level.
  const told = await page.locator(".rung").evaluateAll((all) =>
    all.map((one) => {
      const cells = [...one.querySelectorAll("td")].map((cell) => cell.textContent);
      return { points: Math.abs(Number(cells[1].replace("−", "-").replaceAll(",", ""))),
        deviations: Number(cells[4]) };
    }),
  );
  const far = told.filter((one) => 0.5 < one.deviations);
  assert.ok(2 <= far.length, JSON.stringify(told));
  const sigma = far.map((one) => one.points / one.deviations);
  assert.ok(Math.max(...sigma) < 1.05 * Math.min(...sigma), `${sigma}`);
  await page.getByRole("columnheader", { name: "σ" }).waitFor();
  await rung("EM\\+").getByRole("button").click();
  const sheet = page.getByRole("dialog", { name: "How is this computed?" });
  await sheet.getByText("Expected move up").waitFor();
  await sheet.getByText("SPXW-2024-02-27").waitFor();
  await sheet.getByText(/odds of a touch before the next options end/).waitFor();
  const row = sheet.locator("tr", { hasText: "price then" });
  const then = await row.locator("td").first().textContent();
  assert.ok(Math.abs(Number(then.replaceAll(",", "")) - middle) < 0.006, `${then} ${middle}`);
  await checkAxe(page);
  await page.keyboard.press("Escape");
  // The group is switched like any other.
  const menu = await openGroups(page);
  await menu.getByRole("button", { name: "Walls, flip, EM", exact: true }).click();
  await until(async () => !(await rungs(page)).includes("Call wall"), "the group that went");
  assert.ok((await rungs(page)).includes("PDH"));
});

/** A day of a share that costs a cent and a quarter, and moves by hundredths of one. */
function tinyDay(date) {
  const lines = ["time,open,high,low,close,volume"];
  for (let minute = 9 * 60 + 30; minute < 16 * 60; minute += 1) {
    const open = 125 + (minute % 7);
    const prices = [open, open + 3, open - 2, open + 1].map((price) => (price / 1e4).toFixed(4));
    lines.push([`${date} ${clock(minute)}`, ...prices, 900_000].join(","));
  }
  return `${lines.join("\n")}\n`;
}

visit("a price below a dollar is told to a hundredth of a cent", { path: "/chart/SPY?span=5m" },
  async ({ page, server }) => {
    await live(page);
    const date = "2024-02-22";
    await withFile("tiny.csv", tinyDay(date), async (path) => {
      const { stdout, stderr } = await importBars(server.folder, path, "--symbol", "TINY");
      assert.match(stdout, /390 added/, stderr);
    });
    const panel = await tapePanel(page);
    await panel.getByRole("button", { name: date }).click();
    await page.locator('.feed-badge[data-kind="recorded"]', { hasText: date }).waitFor();
    await page.waitForURL(/\/chart\/TINY/);
    await panel.getByRole("button", { name: "+1 h" }).click();
    await page.keyboard.press("Escape");
    const last = page.locator(".last-price__price");
    await until(async () => /^0\.01[23]\d$/.test(await last.innerText()), "the last price");
    const data = page.locator(".price-chart__data");
    await data.filter({ hasText: /O 0\.01[23]\d/ }).waitFor();
    const told = (await data.innerText()).replaceAll("\n", " ");
    assert.match(told, /O 0\.\d{4} H 0\.\d{4} L 0\.\d{4} C 0\.\d{4}/);
    const price = (name) =>
      page.locator(".rung", { hasText: name }).first().locator("data").innerText();
    await until(async () => (await price("HOD")) === "0.0134", "the high of day");
    assert.equal(await price("LOD"), "0.0123");
    const title = await page.title();
    assert.match(title, /TINY 0\.01\d\d/);
    // SPY, which was shown a moment before, is not on this tape; the browser tells of that.
    const others = page.complaints.filter((one) => !/status of 404/.test(one));
    page.complaints.splice(0, Infinity, ...others);
  });

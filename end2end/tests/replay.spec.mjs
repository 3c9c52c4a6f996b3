// A recorded day is played as it was: what comes later never reaches the page. Two days that are
// the same until a minute and differ from then on must look the same to everything that a page is
// sent, byte by byte, as long as the tape stands at that minute.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { canvasOf } from "../chart.mjs";
import { live, openPage, startVolaris, tabTo, until } from "../desk.mjs";
import {
  clock,
  csv,
  dollars,
  dayOfMinutes,
  importBars,
  seek,
  tapePanel,
  withFile,
} from "../recordings.mjs";

const TODAY = "2024-02-23";
const NOW = 11 * 60;
const HOURS_BEHIND = 5;
const QUIET_MS = 1_500;

const BEFORE = dayOfMinutes("2024-02-22", 7, 50_600);
const DAY = dayOfMinutes(TODAY, 11, BEFORE.at(-1).close + 40);

/** The same day until now, of whose minute only the open is known; then every price is another. */
const otherwise = (rows) =>
  rows.map((row) => {
    const { minute, open, high, low, close } = row;
    if (minute < NOW) return row;
    const [first, least] = minute === NOW ? [open, low - 55] : [open + 700, low + 700];
    return { ...row, open: first, high: high + 700, low: least, close: close + 700 };
  });

/** Everything that a page is sent while it loads and stays. */
function listen(page) {
  const heard = new Map();
  const hear = (from, text) => {
    // The order of a page's parts is that of their coming: what counts is what they tell, as
    // numbers and as the answers that the page carries for its code.
    const told = [...text.matchAll(/\d[\d,]*\.\d+|"[\w+/=]{40,}"/g)].map(([word]) => word);
    const plain = text.startsWith("<!DOCTYPE") ? [...new Set(told)].sort().join(" ") : text;
    if (!heard.has(from)) heard.set(from, new Set());
    heard.get(from).add(plain);
  };
  const waiting = [];
  page.on("response", (response) => {
    const { pathname, search } = new URL(response.url());
    if (pathname.startsWith("/pkg/") || pathname.includes(".")) return;
    const asked = response.request().postDataBuffer()?.toString("hex") ?? "";
    const from = `${pathname}${search} ${asked}`;
    const body = response.body().then((bytes) => hear(from, bytes.toString("latin1")));
    waiting.push(body.catch(() => {}));
  });
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => hear("stream", payload.toString("latin1")));
  });
  return async () => {
    await Promise.all(waiting);
    const sorted = [...heard].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([from, texts]) => [from, [...texts].sort()]);
  };
}

/** The tape's panel, opened by keys alone. */
async function panelByKeys(page) {
  await tabTo(page, page.locator(".feed-badge"));
  await page.keyboard.press("Enter");
  return page.getByRole("dialog", { name: "Tape controls" });
}

/** Has the tape stand in a day of these rows, paused, by keys alone; gives the tape's panel. */
async function enter(page, server, rows) {
  await withFile("spy.csv", csv([...BEFORE, ...rows]), async (path) => {
    const { stdout, stderr } = await importBars(server.folder, path, "--symbol", "SPY");
    assert.match(stdout, /960 added/, stderr);
  });
  await live(page);
  const panel = await panelByKeys(page);
  await tabTo(page, panel.getByRole("button", { name: TODAY }));
  await page.keyboard.press("Enter");
  await page.locator('.feed-badge[data-kind="recorded"]', { hasText: TODAY }).waitFor();
  await tabTo(page, panel.getByRole("button", { name: "Pause" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  // On a phone it is not seen beside the badge.
  await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
  return panel;
}

/** Plays a day to now, loads the desk anew and gives all that came, and what it came to. */
async function play(rows, { minute }) {
  const server = await startVolaris();
  const cookies = { volaris: "dark.All" };
  const page = await openPage({ server, path: "/chart/SPY?span=1m", cookies });
  try {
    const panel = await enter(page, server, rows);
    await seek(page, panel, TODAY, minute, HOURS_BEHIND);
    const told = listen(page);
    await page.reload();
    await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
    await pause(QUIET_MS);
    const answers = {};
    const paths = ["levels/SPY", "bars/SPY?span=1m", "bars/SPY?span=1D", "books?symbols=SPY"];
    for (const path of paths) {
      const bytes = await (await fetch(new URL(`/api/v1/${path}`, server.address))).arrayBuffer();
      answers[path] = Buffer.from(bytes).toString("latin1");
    }
    const screen = {
      ladder: await page.locator(".rung").allInnerTexts(),
      chart: await page.locator(".price-chart__data").innerText(),
      spoken: await page.locator(".price-chart__canvas").getAttribute("aria-label"),
      rows: await page.locator(".watch-row").allInnerTexts(),
      title: await page.title(),
    };
    return { sent: await told(), answers, screen };
  } finally {
    await page.quit();
    await server.stop();
  }
}

test("nothing of a day after its now reaches the page", async () => {
  const [asItWas, otherFuture] = [
    await play(DAY, { minute: NOW }),
    await play(otherwise(DAY), { minute: NOW }),
  ];
  assert.deepEqual(otherFuture.screen, asItWas.screen);
  assert.deepEqual(otherFuture.answers, asItWas.answers);
  assert.deepEqual(
    otherFuture.sent.map(([from]) => from),
    asItWas.sent.map(([from]) => from),
  );
  const kinds = asItWas.sent.map(([from]) => from.split(" ")[0]);
  for (const kind of ["stream", "/chart/SPY?span=1m", "/api/bars/read"]) {
    assert.ok(kinds.includes(kind), `${kind} was heard: ${kinds}`);
  }
  for (const [place, [from, texts]] of asItWas.sent.entries()) {
    assert.ok(texts.every((text) => 0 < text.length), `${from} tells something`);
    assert.deepEqual(otherFuture.sent[place][1], texts, from);
  }
  // And where the days differ, everything does: the test could have failed.
  const later = await play(otherwise(DAY), { minute: NOW + 2 });
  const laterAsItWas = await play(DAY, { minute: NOW + 2 });
  assert.notDeepEqual(later.screen.ladder, laterAsItWas.screen.ladder);
  assert.notDeepEqual(later.screen.chart, laterAsItWas.screen.chart);
  assert.notDeepEqual(later.answers, laterAsItWas.answers);
});

/** Goes to the practice market and back to the day, by finger on a phone. */
async function enterByFinger(server) {
  const phone = { width: 390, height: 844, touch: true };
  const page = await openPage({ server, path: "/chart/SPY?span=1m", ...phone });
  try {
    await live(page);
    await page.locator(".feed-badge").tap();
    const button = (name, is) =>
      page.getByRole("dialog", { name: "Tape controls" }).getByRole("button", { name, ...is });
    await button("Back to the practice market").tap();
    await page.locator('.feed-badge[data-kind="practice"]').waitFor();
    await button(TODAY, { pressed: false }).tap();
    await page.locator('.feed-badge[data-kind="recorded"]').waitFor();
    await button(TODAY, { pressed: true }).waitFor();
  } finally {
    await page.quit();
  }
}

test("a recorded day goes on to its open, and says that it has no later one", async () => {
  const server = await startVolaris();
  const page = await openPage({ server, path: "/chart/SPY?span=1m" });
  try {
    const panel = await enter(page, server, DAY);
    const clock = page.locator(".market-clock__time");
    const next = panel.getByRole("button", { name: "Next open" });
    const choose = async () => {
      await page.keyboard.press("Control+k");
      await page.locator(".palette__field").fill("next open");
      await page.keyboard.press("Enter");
    };
    // Before the open, by the panel and by the palette.
    for (const go of [() => next.click(), choose]) {
      await tapePanel(page);
      await seek(page, panel, TODAY, 8 * 60 + 30, HOURS_BEHIND);
      await next.waitFor();
      await go();
      await page.locator(".market-clock__time", { hasText: "09:30:00" }).waitFor();
      await next.waitFor({ state: "hidden" });
    }
    // After it, the day stays where it is.
    await tapePanel(page);
    await seek(page, panel, TODAY, NOW, HOURS_BEHIND);
    assert.ok(!(await next.isVisible()));
    await choose();
    await page.locator(".toast", { hasText: "there is no later open on this tape" }).waitFor();
    assert.equal(await clock.innerText(), "11:00:00");
    assert.match(await page.locator(".feed-badge__pace").innerText(), /paused/);
    // The browser's own word about an answer that says no.
    page.complaints.splice(0);
    await page.quit();
    await enterByFinger(server);
  } finally {
    await page.context().browser()?.close();
    await server.stop();
  }
});

/** The day stands at a time, and the chart's last bar is of that minute. */
async function standsAt(page, time) {
  await page.locator(".market-clock__time", { hasText: time }).waitFor({ state: "attached" });
  const { open } = DAY.find(({ minute }) => time.startsWith(clock(minute)));
  await page.locator(".price-chart__data", { hasText: `O ${dollars(open)}` }).waitFor();
}

/** Leads the keys to something and presses one there. */
async function pressAt(page, place, { key = "Enter", way } = {}) {
  await tabTo(page, place, way);
  await page.keyboard.press(key);
}

/** Does something by the palette. */
async function choose(page, typed, name) {
  const palette = page.getByRole("dialog", { name: "Command palette" });
  await page.keyboard.press("Control+k");
  await palette.waitFor();
  await page.keyboard.type(typed);
  await palette.locator("[role=option]:first-child", { hasText: name }).waitFor();
  await page.keyboard.press("Enter");
  await palette.waitFor({ state: "hidden" });
}

/** Plays by the space bar for as many minutes as no slower pace comes to; where it stands then. */
async function playByKeys(page, pace, minutes) {
  const isSaid = (words) => page.locator(".feed-badge__pace", { hasText: words }).waitFor();
  const time = () => page.locator(".market-clock__time").innerText();
  const minute = async () => {
    const [hours, minutes, seconds] = (await time()).split(":").map(Number);
    return 60 * hours + minutes + seconds / 60;
  };
  const to = (await minute()) + minutes;
  await page.keyboard.press(" ");
  await isSaid(pace);
  const isThere = async () => to <= (await minute());
  await until(isThere, `${pace} does not come ${minutes} minutes far`, { seconds: 30 });
  await page.keyboard.press(" ");
  await isSaid("paused");
  let last;
  await until(async () => last === (last = await time()), "the clock goes on");
  return last;
}

test("a recorded day is stepped, played, sped up and taken anywhere by a finger", async () => {
  const server = await startVolaris();
  const phone = { width: 390, height: 844, touch: true };
  const page = await openPage({ server, path: "/chart/SPX?span=1m", ...phone });
  try {
    const panel = await enter(page, server, DAY);
    const button = (name) => panel.getByRole("button", { name, exact: true });
    await panel.getByRole("slider").evaluate((one) => one.scrollIntoView());
    // To the middle of the slider: the middle of the day, 08:00 to 16:00.
    const { x, y, width, height } = await panel.getByRole("slider").boundingBox();
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    const minutes = async () => {
      const time = await page.locator(".market-clock__time").innerText();
      const [hour, minute] = time.split(":").map(Number);
      return 60 * hour + minute;
    };
    await until(async () => Math.abs((await minutes()) - 12 * 60) < 15, "it is not noon");
    await button("Back to the open").tap();
    await standsAt(page, "09:30:00");
    await button("+5 m").tap();
    await standsAt(page, "09:35:00");
    await button("60×").tap();
    await button("Play").tap();
    await until(async () => 9 * 60 + 37 <= (await minutes()), "it does not play");
    // A hand that holds the slider keeps it, while the day plays on.
    const slider = panel.getByRole("slider");
    await slider.evaluate((one) => one.scrollIntoView());
    const knob = await slider.boundingBox();
    await page.mouse.move(knob.x + 0.7 * knob.width, knob.y + knob.height / 2);
    await page.mouse.down();
    const held = await slider.inputValue();
    const heldAt = await minutes();
    await until(async () => heldAt + 2 <= (await minutes()), "it does not play on");
    assert.equal(await slider.inputValue(), held, "the slider is taken away");
    await page.mouse.up();
    await until(async () => 13 * 60 <= (await minutes()), "it does not go where it was held");
    await button("Pause").tap();
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor({ state: "attached" });
    const stood = await minutes();
    await page.waitForTimeout(1_500);
    assert.equal(await minutes(), stood, "it goes on");
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

test("a recorded day is stepped, played, sped up and taken to its open by keys alone", async () => {
  const server = await startVolaris();
  const page = await openPage({ server, path: "/chart/SPX?span=1m" });
  try {
    let panel = await enter(page, server, DAY);
    const button = (name) => panel.getByRole("button", { name, exact: true });
    // By the panel: to the first bar, on by a minute, to the open, on by five minutes and an hour.
    await pressAt(page, panel.getByRole("slider"), { key: "Home" });
    await standsAt(page, "08:00:00");
    await page.keyboard.press("ArrowRight");
    await standsAt(page, "08:01:00");
    await pressAt(page, button("Next open"), { way: "Shift+Tab" });
    await standsAt(page, "09:30:00");
    await pressAt(page, button("+5 m"), { way: "Shift+Tab" });
    await standsAt(page, "09:35:00");
    await pressAt(page, button("+1 h"));
    await standsAt(page, "10:35:00");
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "hidden" });

    // From the chart: by keys of their own, and by the palette.
    await pressAt(page, canvasOf(page), { key: "Alt+ArrowRight" });
    await standsAt(page, "10:36:00");
    await choose(page, "step 5", "Tape: step 5 m");
    await standsAt(page, "10:41:00");
    await choose(page, "speed 60", "Tape: speed 60×");
    await tabTo(page, canvasOf(page));
    const played = await playByKeys(page, "60×", 6);
    await standsAt(page, played);
    await page.keyboard.press("Alt+ArrowRight");
    const [hours, minutes, seconds] = played.split(":");
    await standsAt(page, `${clock(60 * Number(hours) + Number(minutes) + 1)}:${seconds}`);

    // Back to the open: what came after it is gone from the chart.
    panel = await panelByKeys(page);
    await pressAt(page, button("Back to the open"));
    await standsAt(page, "09:30:00");
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "hidden" });
    await pressAt(page, canvasOf(page), { key: "Alt+ArrowRight" });
    await standsAt(page, "09:31:00");
    await choose(page, "back to the open", "Tape: back to the open");
    await standsAt(page, "09:30:00");
    await page.locator(".feed-badge__pace", { hasText: "paused" }).waitFor();
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

// The server as programs and strangers see it: the REST API, the stream's words, what is refused.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";

import { startVolaris } from "../desk.mjs";
import { WATCH, headOf, openStream, wordsOf } from "../stream.mjs";

let server;
before(async () => (server = await startVolaris()));
after(() => server.stop());

const get = (path, options) => fetch(`${server.address}${path}`, options);

/** A request with headers that fetch would not let through. */
const raw = (path, headers, method = "GET") =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.address);
    request({ hostname, port, path, headers, method }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer));
    })
      .on("error", reject)
      .end();
  });

test("levels come highest first, with distances that add up", async () => {
  const view = await (await get("/api/levels/SPX")).json();
  assert.match(view.tape, /^practice:/);
  assert.ok(20 < view.levels.length);
  for (let place = 1; place < view.levels.length; place += 1) {
    assert.ok(view.levels[place].price <= view.levels[place - 1].price);
  }
  for (const level of view.levels) {
    assert.ok(Math.abs(level.price - view.last.price - level.points) < 1e-6, level.name);
  }
  const named = (name) => view.levels.find((level) => level.name === name)?.price;
  // The standard pivot, from its definition.
  const pivot = (named("PDH") + named("PDL") + named("PDC")) / 3;
  assert.ok(Math.abs(pivot - named("P")) < 1e-9);
  assert.ok(Math.abs(2 * pivot - named("PDL") - named("R1")) < 1e-9);
});

test("levels have those of options, and the odds that price comes to them", async () => {
  const view = await (await get("/api/v1/levels/SPX")).json();
  const exposure = await (await get("/api/v1/exposure/SPX")).json();
  const level = (name) => view.levels.find((level) => level.name === name);
  assert.equal(level("Call wall").price, exposure.call_wall);
  assert.equal(level("Put wall").price, exposure.put_wall);
  assert.ok(level("EM−").price < view.last.price && view.last.price < level("EM+").price);
  assert.equal(level("EM+").standing, "Final");
  for (const side of [1, -1]) {
    const away = view.levels.filter((level) => 0 < side * level.points);
    away.sort((a, b) => side * (a.price - b.price));
    for (const [place, level] of away.entries()) {
      assert.ok(0 <= level.touch_odds && level.touch_odds <= 1, level.name);
      assert.ok(place === 0 || level.touch_odds <= away[place - 1].touch_odds, level.name);
      assert.ok(0 < side * level.deviations, level.name);
    }
  }
  // VIX has no options on this tape.
  const other = await (await get("/api/v1/levels/VIX")).json();
  assert.ok(other.levels.every((level) => level.touch_odds === null));
  assert.ok(!other.levels.some((level) => level.name === "Call wall"));
});

// As the page asks: a tape's command by its place in the list, in postcard's one byte.
const command = (place) =>
  get("/api/tape/control", {
    method: "POST",
    headers: { "content-type": "application/x-postcard", origin: server.address },
    body: Uint8Array.of(place),
  });
const [PAUSE, PLAY] = [0, 1];

test("an answer that is known already is not sent again", async () => {
  assert.equal((await command(PAUSE)).status, 200);
  try {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const first = await get("/api/v1/levels/SPX");
    const tag = first.headers.get("etag");
    const again = await get("/api/v1/levels/SPX", { headers: { "if-none-match": tag } });
    assert.equal(again.status, 304);
  } finally {
    await command(PLAY);
  }
});

test("a series comes with what its quotes imply", async () => {
  const { expiries, tape } = await (await get("/api/v1/expiries/SPX")).json();
  assert.match(tape, /^practice:/);
  assert.ok(30 <= expiries.length);
  const ends = expiries.map((one) => Date.parse(one.expires_at));
  assert.deepEqual([...ends].sort((a, b) => a - b), ends, "soonest first");
  const both = expiries.filter((one) => one.series.expires === "2024-03-15");
  assert.deepEqual(both.map((one) => [one.series.root, one.settlement]), [
    ["SPX", "Am"],
    ["SPXW", "Pm"],
  ]);
  assert.deepEqual((await (await get("/api/v1/expiries/VIX")).json()).expiries, []);
  const chain = await (await get("/api/v1/chain/SPX?expiry=SPXW-2024-03-15")).json();
  assert.equal(chain.series.root, "SPXW");
  assert.ok(Math.abs(chain.forward / chain.spot - 1) < 0.005);
  const discount = Math.exp(-chain.rate * chain.years);
  let known = 0;
  for (const { strike, call, put } of chain.strikes) {
    for (const side of [call, put]) {
      assert.equal(side.iv === null, side.iv_absent !== null, "a volatility or a reason");
      assert.equal(side.iv === null, side.delta === null);
    }
    if (call.iv === null || put.iv === null || 0.97 < call.delta || call.delta < 0.03) continue;
    known += 1;
    // Put-call parity of what they are worth, within what quotes say to a nickel.
    const apart = call.value - put.value - discount * (chain.forward - strike);
    assert.ok(Math.abs(apart) < 2, `${strike}: ${apart}`);
    assert.ok(Math.abs(call.iv - put.iv) < 0.02, `${strike}: ${call.iv} ${put.iv}`);
  }
  assert.ok(20 < known);
  const first = await (await get("/api/v1/chain/NDX")).json();
  assert.equal(first.series.expires, "2024-02-27");
});

test("exposure is the sum of its strikes, and its sides are named", async () => {
  const of = async (question) => (await get(`/api/v1/exposure/SPX${question}`)).json();
  const all = await of("");
  assert.deepEqual([all.scope, all.dealers], ["all", "long-calls-short-puts"]);
  const sum = (rows, figure) => rows.reduce((sum, row) => sum + figure(row), 0);
  const gamma = sum(all.strikes, (row) => row.call_gamma + row.put_gamma);
  assert.ok(Math.abs(gamma - all.gamma) < 1e-9 * sum(all.strikes, (row) => row.call_gamma));
  assert.ok(all.strikes.every((row) => 0 <= row.call_gamma && row.put_gamma <= 0));
  const greatest = all.strikes.reduce((a, b) => (a.call_gamma < b.call_gamma ? b : a));
  assert.equal(all.call_wall, greatest.strike);
  assert.equal(all.profile.length, 81);
  for (const flip of all.flips) assert.ok(Math.abs(flip / all.spot - 1) <= 0.1);
  const puts = sum(all.strikes, (row) => row.put_open_interest);
  const calls = sum(all.strikes, (row) => row.call_open_interest);
  assert.equal(all.put_call_open_interest, puts / calls);
  const today = await of("?scope=today&dealers=short-both");
  assert.equal(today.max_pain.length, 1);
  assert.ok(today.strikes.every((row) => row.call_gamma <= 0 && row.put_gamma <= 0));
  const one = await of("?scope=SPXW-2024-02-27&dealers=short-both");
  assert.ok(Math.abs(one.gamma / today.gamma - 1) < 0.05);
  const fund = await (await get("/api/v1/exposure/SPY")).json();
  assert.ok(fund.strikes.length && fund.call_wall);
});

test("volatility comes by expiry, of thirty days, and of puts against calls", async () => {
  const view = await (await get("/api/v1/volatility/SPX")).json();
  const { expiries } = await (await get("/api/v1/expiries/SPX")).json();
  assert.equal(view.terms.length, expiries.length);
  const near = view.terms.filter((term) => 0.04 < term.years && term.years < 0.13);
  assert.ok(3 < near.length);
  for (const term of near) {
    assert.ok(term.iv_25_call < term.iv_at_the_money, "puts are dearer than calls");
    assert.ok(term.iv_at_the_money < term.iv_25_put, JSON.stringify(term));
    assert.ok(term.iv_at_the_money < term.strip, "a strip holds the dear puts");
    const ratio = (term.iv_25_put - term.iv_25_call) / term.iv_at_the_money;
    assert.ok(Math.abs(ratio - term.skew) < 1e-12);
  }
  const ivs = near.map((term) => term.iv_at_the_money);
  assert.ok(Math.min(...ivs) <= view.iv30 && view.iv30 <= Math.max(...ivs));
  assert.ok(view.iv30 < view.strip30);
  const [first, next] = view.terms.map((term) => term.iv_at_the_money);
  assert.equal(view.front_next_ratio, first / next);
  const fund = await (await get("/api/v1/volatility/SPY")).json();
  assert.ok(Math.abs(fund.iv30 - view.iv30) < 0.02, "the fund's is the index's");
  for (const path of ["VIX", "VIX/days"]) {
    assert.equal((await get(`/api/v1/volatility/${path}`)).status, 404, "it has no options");
  }
});

const JSON_TYPE = { "content-type": "application/json" };
const post = (path, body) => get(path, { method: "POST", headers: JSON_TYPE, body });
const valueOf = (position) => post("/api/v1/position", JSON.stringify({ position }));

test("a position is valued as it is written", async () => {
  await command(PAUSE);
  try {
    const text = "-2 SPXW 15MAR24 5000/4950P @4.20; 1 SPXW 15MAR24 5200C";
    const whole = await (await valueOf(text)).json();
    assert.deepEqual(
      whole.legs.map(({ quantity, instrument }) => `${quantity} ${instrument}`),
      ["-2 SPXW 15MAR24 5000P", "2 SPXW 15MAR24 4950P", "1 SPXW 15MAR24 5200C"],
    );
    assert.equal(whole.legs[0].occ, "SPXW  240315P05000000");
    const chain = await (await get("/api/v1/chain/SPX?expiry=SPXW-2024-03-15")).json();
    const sum = { delta: 0, gamma: 0, theta: 0, vega: 0, rho: 0 };
    let mid = 0;
    for (const { quantity, instrument } of whole.legs) {
      const [, strike, right] = instrument.match(/ (\d+)([CP])$/);
      const row = chain.strikes.find((one) => one.strike === Number(strike));
      const side = right === "C" ? row.call : row.put;
      mid += 50 * quantity * (side.bid + side.ask);
      for (const name of Object.keys(sum)) sum[name] += 100 * quantity * side[name];
    }
    for (const [name, expected] of [...Object.entries(sum), ["mid", mid]]) {
      assert.ok(Math.abs(whole[name] - expected) <= 1e-9 * Math.abs(expected) + 1e-9, name);
    }
    assert.ok(whole.natural < whole.mid, "closing costs the spread");
    assert.equal(whole.at_expiry.most, "unlimited");
    // One price is not told: the middle of all stands for it.
    assert.deepEqual([whole.is_paid_told, whole.profit], [false, 0]);
    const spread = await (await valueOf("-2 SPXW 15MAR24 5000/4950P @4.20")).json();
    assert.deepEqual(spread.paid, -840);
    assert.deepEqual([spread.at_expiry.most, spread.at_expiry.least], [840, -9160]);
    assert.deepEqual(spread.at_expiry.break_evens, [4995.8]);
    assert.equal(spread.strategy, "Bull put spread");
    assert.ok(0.5 < spread.at_expiry.profit_odds && spread.at_expiry.profit_odds < 1);
    const calendar = "-1 SPXW 8MAR24 5100C; +1 SPXW 15MAR24 5100C @30";
    const apart = await (await valueOf(calendar)).json();
    // When the first leg ends a model says what the second is worth.
    assert.deepEqual([apart.strategy, apart.at_expiry.is_modelled], ["Calendar", true]);
    const [low, high] = apart.at_expiry.break_evens;
    assert.ok(low < 5100 && 5100 < high, `${low} ${high}`);
    assert.ok(0 < apart.at_expiry.most && apart.at_expiry.least < 0);
    const covered = await (await valueOf("100 SPY @500; -1 SPY 15MAR24 520C @1.5")).json();
    assert.ok(50 < covered.delta && covered.delta < 100);
    assert.deepEqual(covered.at_expiry.break_evens, [498.5]);
  } finally {
    await command(PLAY);
  }
});

test("positions are kept, valued, weighed, closed and forgotten", async () => {
  const asked = { position: "-2 SPXW 15MAR24 5000/4950P @4.20", name: "March", stage: "open" };
  const answer = await post("/api/v1/positions", JSON.stringify(asked));
  assert.equal(answer.status, 201);
  const kept = await answer.json();
  assert.match(kept.tape, /^practice:/);
  assert.equal(kept.position, "-2 SPXW 15MAR24 5000P; +2 SPXW 15MAR24 4950P");
  assert.equal(kept.paid, -840, "what the notation says");
  const calls = { position: "3 SPY 15MAR24 510C", stage: "open", paid: 1000, fees: 1.95 };
  const second = await (await post("/api/v1/positions", JSON.stringify(calls))).json();
  const read = async (query = "") => (await get(`/api/v1/positions${query}`)).json();
  const open = await read("?stage=open");
  assert.deepEqual(
    open.positions.map(({ id }) => id),
    [kept.id, second.id],
  );
  const [spread, call] = open.positions;
  assert.equal(spread.value.strategy, "Bull put spread");
  assert.ok(Math.abs(spread.value.profit - (spread.value.mid + 840)) < 1e-9);
  assert.equal(call.fees, 1.95);
  // The sum of what is held, in shares of the index.
  const of = (symbol) => open.betas.find((one) => one.symbol === symbol);
  assert.ok(Math.abs(of("SPX").beta - 1) < 1e-9 && 0.9 < of("SPY").beta, "SPY goes with SPX");
  assert.ok(0.9 < of("SPY").correlation && of("SPY").days === 63);
  const dollars = [spread, call].map(
    ({ value }) => of(value.symbol).beta * value.delta * value.spot,
  );
  const sum = dollars[0] + dollars[1];
  assert.ok(Math.abs(open.weighted.dollar_delta - sum) < 1e-3 * Math.abs(sum) + 1);
  const shares = open.weighted.dollar_delta / open.benchmark_price;
  assert.ok(Math.abs(open.weighted.delta - shares) < 1e-6);
  assert.equal(open.weighted.not_counted, 0);
  const put = (id, body) =>
    get(`/api/v1/positions/${id}`, {
      method: "PUT",
      headers: JSON_TYPE,
      body: JSON.stringify(body),
    });
  const early = await put(kept.id, { ...asked, stage: "closed" });
  assert.equal(early.status, 400);
  assert.match((await early.json()).detail, /say what closing it brought/);
  const closed = await put(kept.id, { ...asked, stage: "closed", received: -300 });
  assert.equal((await closed.json()).received, -300);
  const after = await read();
  assert.equal(after.positions[0].value_absent, "it is closed");
  assert.equal((await put("nobody", calls)).status, 404);
  for (const id of [kept.id, second.id]) {
    assert.equal((await get(`/api/v1/positions/${id}`, { method: "DELETE" })).status, 204);
  }
  assert.equal((await get(`/api/v1/positions/${kept.id}`, { method: "DELETE" })).status, 404);
  assert.deepEqual((await read()).positions, []);
  for (const [body, words] of [
    [{ position: "1 SPXW 27MAX24 5100C" }, "27MAX24"],
    [{ position: "1 SPY 15MAR24 510C", stage: "held" }, "`held` is no stage"],
    [{ position: "1 SPY 15MAR24 510C", stage: "open" }, "say what was paid"],
    [{ position: "1 SPY 15MAR24 510C", price: 1 }, "unknown field"],
  ]) {
    const refused = await post("/api/v1/positions", JSON.stringify(body));
    assert.ok([400, 422].includes(refused.status));
    assert.ok((await refused.json()).detail.includes(words), words);
  }
});

test("what is no position is told, and where", async () => {
  for (const [position, status, words] of [
    ["-2 SPXW 15MAX24 5000P", 400, "character 9: `15MAX24` is no expiry"],
    ["-2 SPXW 15MAR24 5001P", 400, "`SPXW 15MAR24 5001P` is not listed"],
    ["-2 SPXW 16MAR24 5000P", 404, "is not listed now"],
    ["-2 VIX 15MAR24 20C", 404, "is not listed now"],
    ["100 TSLA", 404, "not on this tape"],
    ["", 400, "expected how many"],
  ]) {
    const answer = await valueOf(position);
    assert.equal(answer.status, status, position);
    const { detail } = await answer.json();
    assert.ok(detail.includes(words), `${position}: ${detail}`);
  }
  const wrong = await post("/api/v1/position", "{");
  assert.equal(wrong.status, 400);
});

test("bars are asked for by span and time", async () => {
  const view = await (await get("/api/v1/bars/SPY?span=1D&from=2024-02-01&to=2024-02-10")).json();
  assert.equal(view.span, "1D");
  assert.equal(view.bars.length, 7);
  for (const [, open, high, low, close, volume] of view.bars) {
    assert.ok(low <= Math.min(open, close) && Math.max(open, close) <= high && 0 < volume);
  }
  const minutes = await (await get("/api/v1/bars/SPX?span=1m&from=2024-02-27")).json();
  assert.ok(60 <= minutes.bars.length);
});

test("bars of weeks and months ago are there, and older ones follow page by page", async () => {
  const bars = async (query) => (await (await get(`/api/v1/bars/SPX?${query}`)).json()).bars;
  for (const [from, to] of [
    ["2024-02-13", "2024-02-14"],
    ["2023-11-27", "2023-11-28"],
  ]) {
    const minutes = await bars(`span=1m&from=${from}&to=${to}`);
    assert.equal(minutes.length, 390, from);
    assert.equal(minutes[0][0], Date.parse(`${from}T14:30:00Z`) / 1000);
    const [[, open, high, low, close]] = await bars(`span=1D&from=${from}&to=${to}`);
    assert.equal(minutes[0][1], open);
    assert.equal(Math.max(...minutes.map((bar) => bar[2])), high);
    assert.equal(Math.min(...minutes.map((bar) => bar[3])), low);
    assert.equal(minutes.at(-1)[4], close);
  }
  // Thirty days of 390 minutes; the first bar's start is where the next page ends.
  const counts = [];
  let to = Date.parse("2024-02-14T05:00:00Z") / 1000;
  for (;;) {
    const page = await bars(`span=1m&from=2024-01-02&to=${to}`);
    if (page.length === 0) break;
    counts.push(page.length);
    assert.ok(page.at(-1)[0] < to);
    [[to]] = page;
  }
  assert.deepEqual(counts, [4000, 4000, 3700]);
});

test("what makes no sense is told as a problem", async () => {
  for (const [path, status, words] of [
    ["/api/v1/levels/spx", 400, "`spx` is not a ticker"],
    ["/api/v1/levels/TSLA", 404, "not on this tape"],
    ["/api/v1/chain/VIX", 404, "no options on `VIX`"],
    ["/api/v1/chain/SPX?expiry=SPXW-2024-02-26", 404, "is not listed now"],
    ["/api/v1/chain/SPX?expiry=NDXP-2024-02-28", 404, "is not listed now"],
    ["/api/v1/chain/SPX?expiry=tomorrow", 400, "`tomorrow` is not an expiry"],
    ["/api/v1/expiries/TSLA", 404, "not on this tape"],
    ["/api/v1/volatility/VIX", 404, "no options on `VIX`"],
    ["/api/v1/exposure/VIX", 404, "no options on `VIX`"],
    ["/api/v1/exposure/SPX?scope=tomorrow", 400, "`tomorrow` is no scope"],
    ["/api/v1/exposure/SPX?scope=NDXP-2024-02-28", 404, "is not listed now"],
    ["/api/v1/exposure/SPX?dealers=rich", 400, "`rich` is no side"],
    ["/api/v1/bars/SPX?span=7m", 400, "`7m` is not a bar span"],
    ["/api/v1/bars/SPX?from=2024-02-10&to=2024-02-01", 400, "swap them"],
    ["/api/v1/bars/SPX?from=yesterday", 400, "`from` is `yesterday`"],
    ["/api/v1/bars/SPX?from=99999999999999", 400, "between 1970 and 2200"],
    ["/api/v1/bars/SPX?frm=2024-02-10", 400, "frm"],
    ["/api/v1/books?symbols=SPX,%00", 400, "not a ticker"],
    ["/api/v1/books", 400, "symbols"],
    ["/api/v1/tape?epoch=1&after=SPX", 400, "expected a pair"],
  ]) {
    const answer = await get(path);
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    const problem = await answer.json();
    assert.equal(problem.status, status);
    assert.ok(problem.detail.includes(words), `${path}: ${problem.detail}`);
  }
});

test("the OpenAPI document tells the truth", async () => {
  const document = await (await get("/api/v1/openapi.json")).json();
  assert.equal(document.openapi, "3.1.0");
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  let identity;
  for (const { path, method, operation } of operations) {
    const text = operation["x-example"];
    const example = text.match(/127\.0\.0\.1:3000([^']*)/)[1].replace("IDENTITY", identity);
    assert.ok(example.split("?")[0].startsWith(path.split("{")[0]), path);
    const body = text.match(/-d '([^']*)'/)?.[1];
    const answer = await get(example, { method: method.toUpperCase(), headers: JSON_TYPE, body });
    const [[status, response]] = Object.entries(operation.responses);
    assert.equal(answer.status, Number(status), example);
    if (answer.status === 204) continue;
    const schema = response.content["application/json"].schema;
    const told = await answer.json();
    identity = told.id ?? identity;
    const one = schema.type === "array" ? told[0] : told;
    const keys = (schema.items ?? schema).required ?? [];
    for (const key of keys) assert.ok(key in one, `${path} ${key}`);
  }
});

test("a stranger's name or page is refused", async () => {
  assert.equal((await raw("/health", { host: "evil.example" })).statusCode, 421);
  assert.equal((await raw("/health", { host: "localhost:1" })).statusCode, 200);
  const upgrade = {
    connection: "upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "sec-websocket-protocol": "volaris.v1.json",
  };
  // Who comes through a proxy only looks as if they sat at this machine.
  for (const path of ["/chart/SPX", "/api/v1/positions", "/stream"]) {
    const forwarded = { ...(path === "/stream" && upgrade), "x-forwarded-for": "203.0.113.7" };
    assert.equal((await raw(path, forwarded)).statusCode, 403, path);
  }
  const headers = { accept: "text/html", "x-forwarded-for": "203.0.113.7" };
  assert.equal((await raw("/", { ...headers, host: "evil.example" })).statusCode, 421);
  const told = await get("/", { headers });
  assert.equal(new URL(told.url).pathname, "/set-up");
  assert.match(await told.text(), /Whoever makes the first one proves that the machine is theirs/);
  assert.equal((await raw("/health", { "x-forwarded-for": "203.0.113.7" })).statusCode, 200);
  const foreign = { ...upgrade, origin: "http://evil.example" };
  assert.equal((await raw("/stream", foreign)).statusCode, 403);
  const old = { ...upgrade, "sec-websocket-protocol": "volaris.v0" };
  assert.equal((await raw("/stream", old)).statusCode, 426);
  const forged = await get("/api/tape/control", {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      origin: "http://evil.example",
      "sec-fetch-site": "cross-site",
    },
    body: "command=Pause",
  });
  assert.equal(forged.status, 403);
});

test("every answer carries its shield", async () => {
  const answer = await get("/");
  const policy = answer.headers.get("content-security-policy");
  for (const words of ["default-src 'none'", "'wasm-unsafe-eval'", "frame-ancestors 'none'"]) {
    assert.ok(policy.includes(words), words);
  }
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  const nonce = policy.match(/'nonce-([^']+)'/)[1];
  assert.ok((await answer.text()).includes(`nonce="${nonce}"`));
  const other = await get("/");
  assert.notEqual(other.headers.get("content-security-policy"), policy, "a nonce a page");
  assert.equal((await get("/pkg/gone.js")).status, 404);
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
  assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal((await raw("/", { host: "localhost" }, "TRACE")).statusCode, 405);
});

test("a body that is too large is refused", async () => {
  const answer = await get("/api/watchlist/write", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: server.address },
    body: `symbols[0]=${"A".repeat(100_000)}`,
  });
  assert.equal(answer.status, 413);
});

test("health, readiness and figures are told", async () => {
  assert.equal(await (await get("/ready")).text(), "ready\n");
  await get("/api/v1/symbols");
  assert.match(await (await get("/metrics")).text(), /volaris_requests_total/);
});

/** What the stream says to who says this. */
const listen = async (say) => wordsOf(await openStream(server, { say }));

test("the stream tells status, snapshot, then updates without a gap", async () => {
  const words = await listen([WATCH]);
  assert.ok("Status" in words[0]);
  const { Snapshot: snapshot } = words.find((word) => "Snapshot" in word);
  const known = new Map(snapshot.positions.map(({ symbol, seq }) => [symbol, seq]));
  assert.ok(known.has("SPX") && known.has("SPY"), "the fund that stands in comes along");
  const updates = words.flatMap((word) => word.Updates?.updates ?? []);
  assert.ok(0 < updates.length);
  for (const { symbol, after, seq } of updates) {
    assert.equal(after, known.get(symbol), symbol);
    known.set(symbol, seq);
  }
});

test("a watched series comes whole, then what changed, word for word", async () => {
  const series = { expires: "2024-02-27", root: "SPXW" };
  const gone = { ...series, expires: "2024-02-26" };
  const { length } = await listen([
    WATCH,
    JSON.stringify({ WatchChains: { series: [series, gone] } }),
  ]).then((words) => {
    const { Quotes: whole } = words.find((word) => "Quotes" in word);
    assert.deepEqual(whole.quotes.series, series);
    assert.ok(100 < whole.quotes.strikes.length);
    assert.deepEqual(words.find((word) => "Gone" in word).Gone.series, gone);
    const changes = words.flatMap((word) => word.Changes ?? []);
    changes.forEach((one, place) => {
      assert.equal(one.seq, whole.seq + 1 + place);
      assert.ok(one.changes.every(({ place }) => place < whole.quotes.strikes.length));
    });
    return changes;
  });
  assert.ok(0 < length, "quotes near the money change four times a second");
});

test("garbage on the stream is refused in words, and others are not disturbed", async () => {
  const odd = JSON.stringify({ Watch: { symbols: ["<b>"], resume: null } });
  for (const garbage of ["{", "\u0000\u0001", odd]) {
    const words = await listen([garbage]);
    assert.ok(words.some((word) => "Refused" in word), garbage);
  }
  assert.equal((await get("/health")).status, 200);
});

const WORD_BYTES_MAX = 64 * 1024;
const has = (words, what) => words.some((word) => what in word);

test("a word of 64 KiB is heard on the stream, and a longer one refused", async () => {
  assert.ok(has(await listen([WATCH.padEnd(WORD_BYTES_MAX)]), "Snapshot"));
  // As soon as it is said how long it will be.
  assert.ok(has(await listen([headOf(WORD_BYTES_MAX + 1)]), "Refused"));
});

test("a hundred words a second are heard on the stream, and more refused", async () => {
  // An empty word counts as well.
  assert.ok(has(await listen([...Array(99).fill(""), WATCH]), "Snapshot"));
  // Of so many there are too many in one second, also where they come in three.
  const words = await listen([...Array(301).fill(""), WATCH]);
  assert.ok(!has(words, "Snapshot"));
  const { why } = words.find((word) => "Refused" in word).Refused;
  assert.match(why, /more than 100 messages a second: slow down/);
});

// A collector of OpenTelemetry is told how long answers took and what they waited for, and nothing
// that is anybody's; one that is away stops nobody.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { freePort, send, startVolaris } from "../desk.mjs";
import { PASSWORD, email, protect } from "../members.mjs";

/** Takes what is sent to it, as OTLP over HTTP does it. */
async function startCollector() {
  const taken = [];
  const server = createServer(async (request, answer) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { method, url, headers } = request;
    taken.push({ method, url, headers, body: Buffer.concat(parts) });
    answer.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  return { address: `http://127.0.0.1:${server.address().port}`, taken, stop };
}

/** The fields of a message of protobuf: numbers, or bytes that may be a message. */
function fieldsOf(bytes) {
  const fields = [];
  let at = 0;
  const number = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(number());
    const [field, kind] = [key >> 3, key & 7];
    if (kind === 0) fields.push([field, number()]);
    else if (kind === 1) fields.push([field, bytes.readBigUInt64LE((at += 8) - 8)]);
    else if (kind === 5) fields.push([field, BigInt(bytes.readUInt32LE((at += 4) - 4))]);
    else {
      const length = Number(number());
      fields.push([field, bytes.subarray(at, (at += length))]);
    }
  }
  return fields;
}

const all = (bytes, field) => fieldsOf(bytes).filter(([one]) => one === field).map(([, it]) => it);
const first = (bytes, field) => all(bytes, field)[0];

/** `key: value` of attributes (`KeyValue`, with text or whole numbers). */
function attributes(bytes, field) {
  const pairs = all(bytes, field).map((pair) => {
    const value = first(pair, 2);
    return [String(first(pair, 1)), first(value, 1)?.toString() ?? Number(first(value, 3))];
  });
  return Object.fromEntries(pairs);
}

/** What `ExportTraceServiceRequest` has: of which server, and its spans. */
function told(body) {
  return all(body, 1).map((one) => ({
    of: attributes(first(one, 1), 1),
    spans: all(one, 2).flatMap((scope) => all(scope, 2)).map((span) => ({
      trace: first(span, 1).toString("hex"),
      isRoot: !first(span, 4)?.length,
      name: String(first(span, 5)),
      kind: Number(first(span, 6)),
      lasted: first(span, 8) - first(span, 7),
      has: attributes(span, 9),
      events: all(span, 11).map((event) => attributes(event, 3)),
    })),
  }));
}

test("a collector is told of answers and statements, and of nobody", async () => {
  const wrong = { email: email("ada"), password: "wrong horse battery" };
  const collector = await startCollector();
  const port = await freePort();
  let ada;
  const server = await startVolaris({
    listen: `127.0.0.1:${port}`,
    env: { VOLARIS_TRACES: `${collector.address}/`, OTEL_EXPORTER_OTLP_HEADERS: "x-key=hush" },
  });
  try {
    ada = await protect(server);
    await send(server, "/account/sign-in", wrong);
    const headers = { cookie: ada, "x-forwarded-for": "203.0.113.9" };
    await fetch(`${server.address}/api/v1/levels/SPX?from=hushed`, { headers });
    await fetch(`${server.address}/nothing/hushed`, { headers });
    assert.match(server.log(), /somebody could not be signed in/);
    assert.ok(!server.log().includes("hush"), "headers for the collector are secret");
  } finally {
    // What waits is told at the end.
    await server.stop();
    await collector.stop();
  }
  assert.ok(0 < collector.taken.length);
  for (const { method, url, headers } of collector.taken) {
    assert.equal(`${method} ${url}`, "POST /v1/traces");
    assert.equal(headers["content-type"], "application/x-protobuf");
    assert.equal(headers["x-key"], "hush");
  }
  const resources = collector.taken.flatMap(({ body }) => told(body));
  for (const { of } of resources) {
    assert.equal(of["service.name"], "volaris");
    assert.match(of["service.version"], /^\d+\.\d+\.\d+/);
    assert.equal(of["service.instance.id"], `127.0.0.1:${port}`);
  }
  const spans = resources.flatMap((one) => one.spans);
  const named = (name) => spans.find((span) => span.name === name);
  const SERVER = 2;
  const levels = named("GET /api/v1/levels/{symbol}");
  assert.equal(levels.kind, SERVER);
  assert.ok(0n < levels.lasted && levels.lasted < 30_000_000_000n, `${levels.lasted} ns`);
  assert.equal(levels.has["http.request.method"], "GET");
  assert.equal(levels.has["http.route"], "/api/v1/levels/{symbol}");
  assert.equal(levels.has["http.response.status_code"], 200);
  const inside = spans.filter((span) => span.trace === levels.trace);
  const events = inside.flatMap((span) => span.events);
  const statements = events.map((event) => event["db.statement"] || event.summary);
  assert.ok(statements.some((text) => /sign_in/.test(text)), statements.join("; "));
  assert.equal(named("POST /account/sign-in").has["http.response.status_code"], 303);
  const roots = spans.filter((span) => span.isRoot);
  const traces = new Set(roots.map((span) => span.trace));
  assert.equal(traces.size, roots.length, "each answer begins a trace");
  // Addresses, people, secrets and lines of the log stay here.
  const sent = Buffer.concat(collector.taken.map(({ body }) => body)).toString("latin1");
  const [, sid] = ada.split("=");
  for (const secret of [email("ada"), PASSWORD, wrong.password, sid, "hush", "203.0.113", "argon2",
    "could not be signed in"]) {
    assert.ok(!sent.includes(secret), `the collector was told of ${secret}`);
  }
});

test("a collector that is away stops nobody", async () => {
  const env = { VOLARIS_TRACES: `http://127.0.0.1:${await freePort()}` };
  const server = await startVolaris({ env });
  try {
    for (let count = 0; count < 20; count += 1) {
      const answer = await fetch(`${server.address}/api/v1/levels/SPX`);
      assert.equal(answer.status, 200);
    }
  } finally {
    // Within ten seconds, by what every server is stopped with.
    await server.stop();
  }
  assert.match(server.log(), /traces were not told|ExportFailed|export/i);
});

test("an address that is no collector's is refused with a remedy", async () => {
  const env = { VOLARIS_TRACES: "localhost:4318" };
  await assert.rejects(startVolaris({ env }), /traces.*expected http/s);
});

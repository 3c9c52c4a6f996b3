// People who mean harm, all at once and from other addresses than the trader whose answers are
// timed meanwhile.

import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** The loopback network is a whole one on Linux; elsewhere it has one address. */
const STRANGERS_FROM = 2;

/** Sockets that are kept open; each says something when it was let in, and again and again. */
class Crowd {
  sockets = new Set();
  refused = 0;
  isOver = false;

  constructor(server, addresses) {
    const { hostname, port } = new URL(server.address);
    this.to = { host: hostname, port: Number(port) };
    this.addresses = addresses;
    this.came = 0;
  }

  /** Comes in; `speak` is called with the socket once it is. */
  enter(speak = () => {}) {
    const localAddress = `127.0.0.${STRANGERS_FROM + (this.came % this.addresses)}`;
    this.came += 1;
    const socket = connect({ ...this.to, localAddress }, () => speak(socket));
    this.sockets.add(socket);
    // Whoever is shut out has lost nothing.
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.on("close", () => {
      this.sockets.delete(socket);
      if (!this.isOver) this.refused += 1;
    });
    return socket;
  }

  leave() {
    this.isOver = true;
    for (const socket of this.sockets) socket.destroy();
  }
}

/** A thousand who send a byte of a head now and then, and never finish. */
async function slowHeads(crowd, many, isOver) {
  const head = "GET /chart/SPX HTTP/1.1\r\nhost: localhost\r\nx-a: ";
  for (let n = 0; n < many && !isOver(); n += 1) {
    crowd.enter((socket) => socket.write(head));
    if (n % 50 === 0) await pause(1);
  }
  while (!isOver()) {
    for (const socket of crowd.sockets) socket.write("a");
    await pause(200);
  }
}

/** Heads and bodies that are too long, one after the other. */
async function oversized(crowd, many, isOver) {
  const long = "a".repeat(60_000);
  const bodies = [
    () => `GET / HTTP/1.1\r\nhost: localhost\r\nx-a: ${long.repeat(20)}\r\n\r\n`,
    () => "POST /account/sign-in HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999\r\n\r\n",
    () =>
      "POST /api/v1/position HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n" +
      `ea60\r\n${long}\r\n`.repeat(20),
    () => `GET / HTTP/1.1\r\nhost: localhost\r\n${"x-a: b\r\n".repeat(5_000)}\r\n`,
  ];
  for (let n = 0; !isOver(); n += 1) {
    if (crowd.sockets.size < many) {
      crowd.enter((socket) => socket.write(bodies[n % bodies.length]()));
    }
    await pause(1);
  }
}

/** What is no HTTP at all, and what only looks like it. */
async function malformed(crowd, many, isOver) {
  const words = [
    Buffer.from([0, 255, 22, 3, 1, 0, 200, 1, 0]),
    "GET / HTTP/9.9\r\n\r\n",
    "POST /stream HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    "GET /api/v1/levels/%00%ff HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n" +
      "transfer-encoding: chunked\r\n\r\nx",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\r\n".repeat(10_000),
  ];
  for (let n = 0; !isOver(); n += 1) {
    if (crowd.sockets.size < many) {
      crowd.enter((socket) => socket.end(words[n % words.length]));
    }
    await pause(1);
  }
}

/** Who only comes and stays. */
async function connections(crowd, many, isOver) {
  for (let n = 0; n < many && !isOver(); n += 1) {
    crowd.enter();
    if (n % 100 === 0) await pause(1);
  }
  // The system forgets some who come all at once, and tells neither side: as many come after them,
  // until there is somebody for whom there is no place.
  while (!isOver()) {
    for (let n = 0; n < 20 && crowd.refused === 0 && crowd.came < 2 * many; n += 1) crowd.enter();
    await pause(50);
  }
}

/** Who tries passwords, as fast as they are refused. */
async function signIns(crowd, many, isOver) {
  const form = "email=ada%40example.com&password=correct+horse";
  const head =
    "POST /account/sign-in HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\n" +
    "content-type: application/x-www-form-urlencoded\r\nconnection: close\r\n" +
    `content-length: ${form.length}\r\n\r\n${form}`;
  while (!isOver()) {
    if (crowd.sockets.size < many) crowd.enter((socket) => socket.write(head));
    await pause(1);
  }
}

/** Every way, by name. */
export const FLOODS = { slowHeads, oversized, malformed, connections, signIns };

/**
 * The milliseconds that each of `asks` questions took while a flood of so many from so many
 * addresses ran, and of more until so many of them were shut out.
 */
export async function timed(server, flood, [many, shutOut = 0, addresses = 1], asks, ask) {
  const crowd = new Crowd(server, addresses);
  let isOver = false;
  const flooding = flood(crowd, many, () => isOver);
  const times = [];
  try {
    // It is at its height.
    await pause(500);
    for (let n = 0; n < asks || (crowd.refused < shutOut && n < 100 * asks); n += 1) {
      const began = performance.now();
      await ask(n);
      times.push(performance.now() - began);
    }
  } finally {
    isOver = true;
    crowd.leave();
    await flooding;
  }
  return { times: times.sort((one, other) => one - other), refused: crowd.refused };
}

/** The value below which this share of them is. */
export const quantile = (times, share) =>
  times[Math.min(times.length - 1, Math.floor(times.length * share))];

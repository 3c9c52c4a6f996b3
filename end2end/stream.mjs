// The stream as a program opens it, in words of JSON. Node 20 has no WebSocket of its own: this one
// does what RFC 6455 asks of who listens, over a connection of `node:http`.

import { randomBytes } from "node:crypto";
import { request } from "node:http";

import { until } from "./desk.mjs";

const UPGRADE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-protocol": "volaris.v1.json",
  "sec-websocket-version": "13",
};
const TEXT = 1;
const CLOSE = 8;

/** What watches SPX. */
export const WATCH = JSON.stringify({ Watch: { symbols: ["SPX"], resume: null } });

/** A text as a client sends it, masked by zeros. */
function frame(text) {
  const payload = Buffer.from(text);
  const length =
    payload.length < 126
      ? Buffer.from([0x80 | payload.length])
      : Buffer.from([0x80 | 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([Buffer.from([0x80 | TEXT]), length, Buffer.alloc(4), payload]);
}

/** The first frame of what a server sent, and what follows it; nothing while it is not whole. */
function firstFrame(bytes) {
  if (bytes.length < 2) return null;
  const short = bytes[1] & 127;
  const at = { 126: 4, 127: 10 }[short] ?? 2;
  if (bytes.length < at) return null;
  const length = { 4: () => bytes.readUInt16BE(2), 10: () => Number(bytes.readBigUInt64BE(2)) };
  const end = at + (length[at]?.() ?? short);
  if (bytes.length < end) return null;
  return { opcode: bytes[0] & 15, payload: bytes.subarray(at, end), rest: bytes.subarray(end) };
}

/**
 * Opens the stream and says these texts; gives the status of the answer. Where it is 101, `words`
 * are those that came so far, and `isEnded` tells whether the server ended it.
 */
export function openStream(server, { headers = {}, say = [] } = {}) {
  return new Promise((opened, failed) => {
    const key = randomBytes(16).toString("base64");
    const all = { ...UPGRADE, "sec-websocket-key": key, ...headers };
    const asked = request(`${server.address}/stream`, { headers: all });
    asked.on("error", failed);
    asked.on("response", (answer) => {
      answer.resume();
      opened({ status: answer.statusCode });
    });
    asked.on("upgrade", ({ statusCode: status }, socket, head) => {
      const stream = { status, words: [], isEnded: false, close: () => socket.destroy() };
      let bytes = Buffer.alloc(0);
      const hear = (data) => {
        bytes = Buffer.concat([bytes, data]);
        for (let one = firstFrame(bytes); one; one = firstFrame(bytes)) {
          bytes = one.rest;
          if (one.opcode === TEXT) stream.words.push(JSON.parse(one.payload.toString()));
          if (one.opcode === CLOSE) stream.isEnded = true;
        }
      };
      socket.on("data", hear);
      socket.on("error", () => {});
      socket.on("close", () => { stream.isEnded = true; });
      hear(head);
      for (const text of say) socket.write(frame(text));
      opened(stream);
    });
    asked.end();
  });
}

/** Waits until three updates came, or the server ended it; gives the words. */
export async function wordsOf(stream) {
  const updates = () => stream.words.filter((word) => "Updates" in word).length;
  await until(() => stream.isEnded || 3 <= updates(), "the stream tells nothing");
  stream.close();
  return stream.words;
}

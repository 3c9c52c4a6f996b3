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
const PING = 9;
const PONG = 10;

/** What watches SPX. */
export const WATCH = JSON.stringify({ Watch: { symbols: ["SPX"], resume: null } });

/** What a client sends before a text of so many bytes, which is masked by zeros. */
export function headOf(bytes, opcode = TEXT) {
  const head = Buffer.alloc(bytes < 126 ? 6 : bytes < 2 ** 16 ? 8 : 14);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (bytes < 126 ? bytes : bytes < 2 ** 16 ? 126 : 127);
  if (126 <= bytes && bytes < 2 ** 16) head.writeUInt16BE(bytes, 2);
  if (2 ** 16 <= bytes) head.writeBigUInt64BE(BigInt(bytes), 2);
  return head;
}

/** A text as a client sends it; bytes are sent as they are. */
function frame(said) {
  if (Buffer.isBuffer(said)) return said;
  const payload = Buffer.from(said);
  return Buffer.concat([headOf(payload.length), payload]);
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
 * Opens the stream and says these texts, or bytes; gives the status of the answer. Where it is 101,
 * `words` are those that came so far, and `isEnded` tells whether the server ended it.
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
          if (one.opcode === PING) {
            socket.write(Buffer.concat([headOf(one.payload.length, PONG), one.payload]));
          }
        }
      };
      socket.on("data", hear);
      socket.on("error", () => {});
      socket.on("close", () => { stream.isEnded = true; });
      hear(head);
      // In one go: who is refused in the middle of it is told why all the same.
      socket.write(Buffer.concat(say.map(frame)));
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

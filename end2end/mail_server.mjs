// A mail server on this machine that speaks SMTP (RFC 5321) over a real socket and keeps what it
// took. What misbehaves is in crates/testkit: here people read their mail.

import assert from "node:assert/strict";
import { createServer } from "node:net";

import { until } from "./desk.mjs";

/** What quoted-printable (RFC 2045) stands for. */
function plain(text) {
  const joined = text.replaceAll(/=\r?\n/g, "");
  const bytes = joined.replaceAll(/=([0-9A-F]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Starts one; `refusing` answers that many connections with 451 first, or all until it relents. */
export async function startMailServer({ refusing = 0 } = {}) {
  const taken = [];
  let left = refusing;
  const server = createServer((socket) => {
    let heard = "";
    let lines = null;
    let mail = { to: [] };
    const isBusy = 0 < left;
    if (isBusy) left -= 1;
    const say = (words) => socket.write(`${words}\r\n`);
    const take = () => {
      const text = lines.map((line) => line.replace(/^\./, "")).join("\n");
      const [head, ...body] = text.split("\n\n");
      const named = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(head)?.[1];
      const isQuoted = /^Content-Transfer-Encoding: quoted-printable$/m.test(head);
      const told = body.join("\n\n");
      taken.push({
        ...mail,
        head,
        subject: named("Subject"),
        text: isQuoted ? plain(told) : told,
      });
      lines = null;
      mail = { to: [] };
      say("250 2.0.0 taken");
    };
    const hear = (line) => {
      if (lines !== null) return line === "." ? take() : lines.push(line);
      const inside = /<([^>]*)>/.exec(line)?.[1];
      const word = line.split(/[ :]/)[0].toUpperCase();
      if (word === "EHLO") return say("250-localhost\r\n250 8BITMIME");
      if (word === "MAIL") {
        if (isBusy) return say("451 4.3.0 come again later");
        mail.from = inside;
      } else if (word === "RCPT") {
        mail.to.push(inside);
      } else if (word === "DATA") {
        lines = [];
        return say("354 go on, and end with a dot");
      } else if (word === "QUIT") {
        say("221 bye");
        return socket.end();
      }
      return say("250 ok");
    };
    socket.on("error", () => {});
    socket.setEncoding("utf8").on("data", (text) => {
      heard += text;
      const all = heard.split("\r\n");
      heard = all.pop();
      for (const line of all) hear(line);
    });
    say("220 localhost speaks SMTP");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `smtp://127.0.0.1:${server.address().port}`;
  return {
    taken,
    address,
    /** The settings of a desk that sends its mail here. */
    env: { VOLARIS_MAIL: address, VOLARIS_MAIL_FROM: "The desk <desk@example.com>" },
    /** Takes whatever comes from now on. */
    relent: () => (left = 0),
    /** The newest mail to somebody whose subject is like that, once it came. */
    async mail(to, subject) {
      const found = () =>
        taken.findLast((one) => one.to.includes(to) && subject.test(one.subject));
      const all = () => taken.map((one) => `${one.to}: ${one.subject}`).join(", ");
      await until(found, `no mail to ${to} is like ${subject}`);
      assert.ok(found(), all());
      return found();
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

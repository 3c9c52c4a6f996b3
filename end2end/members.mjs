// People of a desk, for tests: the first account, others who were asked in, and their pages.

import assert from "node:assert/strict";

import { cookieOf, openPage, send } from "./desk.mjs";
import { codeOf } from "./second_factor.mjs";

export const PASSWORD = "correct horse battery";
export const WIDE = { width: 1440, height: 900, theme: "dark" };
export const NARROW = { width: 390, height: 844, theme: "light", touch: true };

export const email = (name) => `${name}@example.com`;

/** Makes the first account; gives its cookie. */
export async function protect(server) {
  const fields = { email: email("ada"), password: PASSWORD };
  const made = await send(server, "/account/protect", fields);
  assert.equal(made.to, "/account");
  return cookieOf(made.set);
}

/** Turns the second factor on; gives the answer, which has recovery codes. */
export async function turnFactorOn(server, cookie) {
  await send(server, "/account/second-factor/begin", { present: PASSWORD }, cookie);
  const shown = await fetch(`${server.address}/account/second-factor`, { headers: { cookie } });
  const [, typed] = /class="account__secret">([A-Z2-7 ]+)</.exec(await shown.text());
  const code = codeOf(typed.replaceAll(" ", ""));
  return send(server, "/account/second-factor/confirm", { code }, cookie);
}

/** Asks somebody in; gives the code. */
export async function invite(server, name, cookie, role = "member") {
  const { answer } = await send(server, "/people/invite", { email: email(name), role }, cookie);
  assert.equal(answer.status, 200, name);
  return /<code class="account__secret">([^<]*)</.exec(await answer.text())[1];
}

/** Asks somebody in, who joins; gives their cookie. */
export async function join(server, name, cookie) {
  const code = await invite(server, name, cookie);
  const fields = { email: email(name), code, password: PASSWORD };
  const joined = await send(server, "/account/join", fields);
  assert.equal(joined.to, "/", name);
  return cookieOf(joined.set);
}

/** Asks the server as somebody. */
export async function api(server, path, cookie, method = "GET", body) {
  const answer = await fetch(`${server.address}${path}`, {
    method,
    headers: { cookie, ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text(), tag: answer.headers.get("etag") };
}

/** A page of somebody's, or of nobody's. */
export async function open(server, path, cookie, options) {
  const [name, value] = cookie?.split("=") ?? [];
  return openPage({ server, path, ...options, cookies: cookie ? { [name]: value } : {} });
}

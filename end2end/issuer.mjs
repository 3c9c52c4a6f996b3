// An issuer of OpenID Connect that speaks the documented wire format on a socket of its own, with
// keys of its own: discovery, JWKS, authorization code with PKCE, token, userinfo. It says what a
// test wants it to say, and checks what a desk must send. And a desk that signs people in there.

import assert from "node:assert/strict";
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cookieOf, freePort, send, startVolaris } from "./desk.mjs";
import { PASSWORD } from "./members.mjs";

export const CLIENT = { id: "desk-of-tests", secret: "hush-desk/secret:with signs" };

const encode = (value) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Keys by name; the public ones stand in the set under that name. */
export function keyring() {
  const keys = {};
  const add = (kid, kind, options) => {
    keys[kid] = { ...generateKeyPairSync(kind, options), kind };
  };
  add("rsa-1", "rsa", { modulusLength: 2048 });
  add("ec-1", "ec", { namedCurve: "P-256" });
  return {
    keys,
    add,
    jwks: () => ({
      keys: Object.entries(keys).map(([kid, { publicKey, kind }]) => ({
        ...publicKey.export({ format: "jwk" }),
        kid,
        use: "sig",
        alg: kind === "rsa" ? "RS256" : "ES256",
      })),
    }),
    /** A token; `key` is the name of a key here, a secret for HS256, or nothing for `none`. */
    sign(claims, { kid = "rsa-1", alg, key, header = {} } = {}) {
      const pair = key === undefined ? keys[kid] : key;
      alg ??= pair.kind === "rsa" ? "RS256" : "ES256";
      const head = encode({ alg, typ: "JWT", ...(kid && { kid }), ...header });
      const text = `${head}.${encode(claims)}`;
      if (alg === "none") return `${text}.`;
      if (alg === "HS256") {
        return `${text}.${createHmac("sha256", pair).update(text).digest("base64url")}`;
      }
      const options = { key: pair.privateKey, dsaEncoding: "ieee-p1363" };
      return `${text}.${sign("sha256", Buffer.from(text), options).toString("base64url")}`;
    },
  };
}

const now = () => Math.floor(Date.now() / 1000);

/** Starts one. `issuer.person` is who signs in, `issuer.bend` what it does to its ID tokens. */
export async function startIssuer({ name = "Mock" } = {}) {
  const ring = keyring();
  const codes = new Map();
  const access = new Map();
  const issuer = {
    name,
    ring,
    asked: [],
    person: { sub: "1", email: "ada@example.com", email_verified: true },
    /** The claims and how they are signed, as they should be; a test gives them back otherwise. */
    bend: (claims) => ({ claims }),
    /** Where the issuer tells the address of the person. */
    emailIn: "token",
    refuses: false,
  };
  const answer = (response, status, body, headers = {}) => {
    const isText = typeof body === "string";
    response.writeHead(status, {
      "content-type": isText ? "text/html; charset=utf-8" : "application/json",
      ...headers,
    });
    response.end(isText ? body : JSON.stringify(body));
  };
  const routes = {
    "GET /.well-known/openid-configuration": (_, response) =>
      answer(response, 200, {
        issuer: issuer.address,
        authorization_endpoint: `${issuer.address}/authorize`,
        token_endpoint: `${issuer.address}/token`,
        userinfo_endpoint: `${issuer.address}/userinfo`,
        jwks_uri: `${issuer.address}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256", "ES256"],
        scopes_supported: ["openid", "email"],
        code_challenge_methods_supported: ["S256"],
      }),
    "GET /favicon.ico": (_, response) => response.writeHead(204).end(),
    "GET /jwks": (_, response) => answer(response, 200, ring.jwks()),
    "GET /authorize": (url, response) => {
      const asked = Object.fromEntries(url.searchParams);
      issuer.asked.push(asked);
      assert.equal(asked.client_id, CLIENT.id);
      assert.equal(asked.response_type, "code");
      assert.deepEqual(asked.scope.split(" ").sort(), ["email", "openid"]);
      assert.equal(asked.code_challenge_method, "S256");
      assert.match(asked.code_challenge, /^[\w-]{43}$/);
      assert.ok(16 <= asked.state.length && 16 <= asked.nonce.length);
      const back = new URL(asked.redirect_uri);
      back.searchParams.set("state", asked.state);
      back.searchParams.set("iss", issuer.address);
      if (issuer.refuses) {
        back.searchParams.set("error", "access_denied");
      } else {
        const code = randomBytes(18).toString("base64url");
        codes.set(code, { ...asked, person: issuer.person });
        back.searchParams.set("code", code);
      }
      const link = back.href.replaceAll("&", "&amp;");
      answer(response, 200, `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}
        </title><main><h1>${name}</h1><a id="on" href="${link}">Continue</a></main></html>`);
    },
    "POST /token": async (_, response, request, body) => {
      const asked = Object.fromEntries(new URLSearchParams(body));
      const known = codes.get(asked.code);
      codes.delete(asked.code);
      const [id, secret] = Buffer.from(request.headers.authorization?.split(" ")[1] ?? "", "base64")
        .toString()
        .split(":")
        .map((part) => decodeURIComponent(part.replaceAll("+", " ")));
      if (id !== CLIENT.id || secret !== CLIENT.secret) {
        return answer(response, 401, { error: "invalid_client" });
      }
      const challenge = createHash("sha256").update(asked.code_verifier ?? "").digest("base64url");
      const isRight = known?.code_challenge === challenge
        && known.redirect_uri === asked.redirect_uri
        && asked.grant_type === "authorization_code";
      if (!isRight) return answer(response, 400, { error: "invalid_grant" });
      const { sub, ...rest } = known.person;
      const claims = {
        iss: issuer.address,
        aud: CLIENT.id,
        sub,
        iat: now(),
        exp: now() + 300,
        nonce: known.nonce,
        ...(issuer.emailIn === "token" && rest),
      };
      const { claims: told, ...how } = issuer.bend(claims);
      const token = randomBytes(18).toString("base64url");
      access.set(token, known.person);
      issuer.told = ring.sign(told, how);
      return answer(response, 200, {
        access_token: token,
        token_type: "Bearer",
        expires_in: 300,
        id_token: issuer.told,
      });
    },
    "GET /userinfo": (_, response, request) => {
      const person = access.get(request.headers.authorization?.split(" ")[1]);
      if (!person) return answer(response, 401, { error: "invalid_token" });
      return answer(response, 200, person);
    },
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, issuer.address);
    let body = "";
    for await (const part of request) body += part;
    const route = routes[`${request.method} ${url.pathname}`];
    if (!route) return answer(response, 404, { error: "not_found" });
    try {
      return await route(url, response, request, body);
    } catch (error) {
      issuer.complaint = error;
      return answer(response, 500, { error: "server_error" });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer.address = `http://127.0.0.1:${server.address().port}`;
  issuer.stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return issuer;
}

/** A desk that signs people in at an issuer; `more` stands in the table. */
export async function startBoth(more = "", { jwt, host = "127.0.0.1", ...options } = {}) {
  const issuer = await startIssuer();
  const folder = await mkdtemp(join(tmpdir(), "volaris-test-"));
  const port = await freePort();
  const [listen, address] = [`127.0.0.1:${port}`, `http://${host}:${port}`];
  const settings = `address = "${address}"\n[oidc]\nname = "Mock"\n`
    + `issuer = "${issuer.address}"\nclient_id = "${CLIENT.id}"\n${more}\n`
    + (jwt ? `[jwt]\nissuer = "${issuer.address}"\naudience = "${CLIENT.id}"\n${jwt}\n` : "");
  await writeFile(join(folder, "volaris.toml"), settings);
  const env = { VOLARIS_OIDC_CLIENT_SECRET: CLIENT.secret };
  const server = await startVolaris({ folder, listen, env, ...options });
  const stop = async () => {
    await issuer.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { issuer, server: { ...server, address }, stop };
}

const errandOf = (set) => /errand=[^;]*/.exec(set)[0];

/** Leaves for the issuer; gives its page's address and the errand's cookie. */
export async function leave(server, options = {}) {
  const { path = "/sign-in/issuer", next = "/chart/QQQ", cookie } = options;
  const left = await send(server, path, { next, present: PASSWORD }, cookie);
  const to = /url=(.*)/.exec(left.answer.headers.get("refresh") ?? "")?.[1];
  return { ...left, to: to ?? left.to, errand: left.set && errandOf(left.set) };
}

/** What the issuer's page leads back to. */
export async function comeBack(to) {
  const page = await (await fetch(to)).text();
  return /href="([^"]*)"/.exec(page)[1].replaceAll("&amp;", "&");
}

/** Comes back to the desk. */
export async function arrive(back, cookie) {
  const answer = await fetch(back, { redirect: "manual", headers: cookie ? { cookie } : {} });
  return {
    status: answer.status,
    to: answer.headers.get("location"),
    sets: answer.headers.getSetCookie(),
  };
}

/** The whole way; gives where it ends and the session that it began. */
export async function walk({ server }, options = {}) {
  const left = await leave(server, options);
  const cookie = [left.errand, options.cookie].filter(Boolean).join("; ");
  const arrived = await arrive(await comeBack(left.to), cookie);
  const session = arrived.sets.find((one) => /^(__Host-)?sid=[^;]/.test(one));
  const errand = arrived.sets.find((one) => /errand=[^;]/.test(one));
  return { ...arrived, session: session && cookieOf(session), errand: errand && errandOf(errand) };
}

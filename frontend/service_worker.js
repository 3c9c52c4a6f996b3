// Keeps the desk on the device: its code by the build's hash, the last pages with their levels, and
// the last answers, so that it opens without the server and says how old it is. Prices are always
// asked of the server first. `cargo xtask build` puts `BUILD`, `SCRIPT`, `STYLE` and `FILES`
// in front of this.

const CODE = `code ${BUILD}`;
const PAGES = "pages";
const ANSWERS = "answers";
const OFFLINE = "offline";
const PAGES_MAX = 20;
const ANSWERS_MAX = 200;
/** What somebody holds or plans stays on the server: a device is lost, or shared. */
const PRIVATE = /^\/(api\/positions|plan|positions)\//;
const PRIVATE_PARTS = ["position", "paid"];
/** Where who is not signed in is led. */
const SIGN_IN = "/sign-in";
/** Pages of the device that are open at once: of earlier ones nobody asks any more. */
const OFFLINE_MAX = 100;
/** A page that is kept is shown when the server says nothing for this long. */
const PATIENCE_MS = 6_000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CODE).then((cache) => cache.addAll(FILES)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(replaceEarlierBuild());
});

async function replaceEarlierBuild() {
  const earlier = (await caches.keys()).filter((name) => name.startsWith("code ") && name !== CODE);
  await Promise.all(earlier.map((name) => caches.delete(name)));
  // What another build wrote in its own format is not given to this one.
  const stores = [PAGES, ANSWERS, OFFLINE];
  if (0 < earlier.length) await Promise.all(stores.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  const { word, page, books } = event.data ?? {};
  if (word === "take over") self.skipWaiting();
  if (word === "forget") event.waitUntil(forget());
  // A page that has been open for hours is kept as the server sees it now.
  if (word === "keep") {
    const asked = [ask(PAGES, page, PAGES_MAX), ask(ANSWERS, books, ANSWERS_MAX)];
    event.waitUntil(Promise.allSettled(asked));
  }
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (FILES.includes(address.pathname)) event.respondWith(code(request));
  else if (isRead(request, address)) event.respondWith(answer(event));
});

/** Questions that change nothing: our screens ask them by POST, with the question in the body. */
function isRead({ method }, { pathname }) {
  if (method === "POST") return pathname.startsWith("/api/") && pathname.endsWith("/read");
  return method === "GET" && pathname === "/api/v1/books";
}

async function code(request) {
  const cache = await caches.open(CODE);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}

async function page(event) {
  const { request } = event;
  const cache = await caches.open(PAGES);
  const fresh = fetch(request).then((response) => {
    event.waitUntil(keepAnswerOf(cache, request.url, response.clone(), PAGES_MAX));
    return response;
  });
  const kept = await cache.match(request.url);
  if (!kept) return fresh.catch(() => elsewhere(cache, new URL(request.url)));
  const fromDevice = async () => {
    // On a device that is full, the page alone is better than none.
    await rememberOffline(event.resultingClientId).catch(() => {});
    return kept;
  };
  const late = new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  return (await Promise.race([fresh.catch(() => null), late])) ?? fromDevice();
}

/**
 * Pages that came from the device: they alone may be given answers from it. They outlive the worker,
 * which browsers end when it has nothing to do: so who they are is in a store.
 */
async function rememberOffline(client) {
  const cache = await caches.open(OFFLINE);
  await cache.put(`/${client}`, new Response());
  await trim(cache, OFFLINE_MAX);
}

async function isOffline(client) {
  return (await (await caches.open(OFFLINE)).match(`/${client}`)) !== undefined;
}

/** Lets the oldest go. */
async function trim(cache, most) {
  const names = await cache.keys();
  await Promise.all(names.slice(0, -most).map((one) => cache.delete(one)));
}

/** What somebody saw who is not signed in here any more is nobody else's. */
async function forget() {
  await Promise.all([caches.delete(PAGES), caches.delete(ANSWERS)]);
}

/**
 * The newest page of the same path, or of any where none was asked for; else a list of them that
 * looks as the newest does.
 */
async function elsewhere(cache, asked) {
  const kept = (await cache.keys()).map(({ url }) => new URL(url)).reverse();
  const same = kept.find(({ pathname }) => asked.pathname === "/" || pathname === asked.pathname);
  if (same) return Response.redirect(same.href, 302);
  const paths = [...new Set(kept.map(({ pathname }) => pathname))];
  const links = paths.map((path) => `<li><a href="${escaped(path)}">${escaped(path)}</a></li>`);
  // It may have been thrown away just now.
  const newest = kept.length ? (await (await cache.match(kept[0].href))?.text()) ?? "" : "";
  const theme = /<html [^>]*data-theme="(\w+)"/.exec(newest)?.[1] ?? "dark";
  const text = `<!DOCTYPE html><html lang="en" data-theme="${theme}"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Offline · Volaris</title><link rel="stylesheet" href="${STYLE}"></head>
    <body><main class="missing"><h1>The desk cannot be reached</h1>
    <p>This page is not on this device. ${paths.length ? "These were:" : ""}</p>
    <ul>${links.join("")}</ul><p><a href="${escaped(asked.pathname)}">Try again</a></p>
    </main></body></html>`;
  const headers = { "content-type": "text/html; charset=utf-8" };
  return new Response(text, { status: 503, headers });
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

async function answer(event) {
  const { request } = event;
  const [cache, name] = await Promise.all([caches.open(ANSWERS), nameOf(request.clone())]);
  try {
    const response = await fetch(request);
    event.waitUntil(keepAnswerOf(cache, name, response.clone(), ANSWERS_MAX));
    return response;
  } catch (error) {
    const kept = (await isOffline(event.clientId)) && (await cache.match(name));
    if (kept) return kept;
    throw error;
  }
}

/** An address that holds the question too: a cache knows no bodies. */
async function nameOf(request) {
  const address = new URL(request.url);
  if (request.method !== "GET") {
    const bytes = new Uint8Array(await request.arrayBuffer());
    address.searchParams.set("body", bytes.join("."));
  }
  return address.href;
}

async function ask(store, address, most) {
  await keepAnswerOf(await caches.open(store), address, await fetch(address), most);
}

function isPrivate({ pathname, searchParams }) {
  return PRIVATE.test(pathname) || PRIVATE_PARTS.some((part) => searchParams.has(part));
}

/** Puts a copy last, and lets the oldest go. A page says in its first element when it was kept. */
async function keepAnswerOf(cache, name, response, most) {
  const address = new URL(name, location.href);
  if (response.status === 401 || address.pathname === SIGN_IN) return forget();
  if (!response.ok || response.redirected || isPrivate(address)) return;
  const headers = new Headers(response.headers);
  // The body is plain here.
  headers.delete("content-encoding");
  headers.delete("content-length");
  headers.set("x-kept-at", String(Date.now()));
  let body = await response.arrayBuffer();
  if (headers.get("content-type")?.startsWith("text/html")) {
    const text = new TextDecoder().decode(body);
    // Of a newer build, whose code is not on the device yet.
    if (!text.includes(SCRIPT)) return;
    body = text.replace("<html ", `<html data-kept-at="${Date.now()}" `);
  }
  await cache.delete(name);
  await cache.put(name, new Response(body, { headers }));
  await trim(cache, most);
}

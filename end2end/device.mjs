// The desk on a device, for tests: what a browser keeps of it.

import { until } from "./desk.mjs";

/** Until the worker has put the page, its books, and what its charts ask for on the device. */
export async function untilKept(page, path) {
  const isKept = () =>
    page.evaluate(async (path) => {
      const has = async (store, part) => {
        const names = await (await caches.open(store)).keys();
        return names.some(({ url }) => url.includes(part));
      };
      const asked = ["/api/v1/books", "/bars/read", "/option-levels/read", "/symbols/read"];
      const parts = [["pages", path], ...asked.map((one) => ["answers", one])];
      return (await Promise.all(parts.map((one) => has(...one)))).every(Boolean);
    }, path);
  await until(() => isKept().catch(() => false), `${path} is not on the device`);
}

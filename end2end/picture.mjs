// Takes the README's picture: the practice market, an hour into its first day, at 1440×900.

import { fileURLToPath } from "node:url";

import { openPage, startVolaris } from "./desk.mjs";

const PLACE = fileURLToPath(new URL("../docs/desk.png", import.meta.url));

const server = await startVolaris();
try {
  const page = await openPage({ server, path: "/chart/SPX?span=5m" });
  await page.locator('.feed-age[data-state="live"]').waitFor();
  await page.locator(".price-chart__data", { hasText: "O " }).waitFor();
  // Nobody's pointer, no focus ring, and a painted frame behind us.
  await page.waitForTimeout(1_500);
  await page.screenshot({ path: PLACE });
  await page.quit();
  console.log(`  the picture is ${PLACE}`);
} finally {
  await server.stop();
}

// The palette, as tests use it.

import { until } from "./desk.mjs";

export const palette = (page) => page.getByRole("dialog", { name: "Command palette" });

/** Finds something in the palette, as its first row, and chooses that. */
export async function chooseFirst(page, words, name) {
  await page.keyboard.press("Control+k");
  await palette(page).getByRole("combobox").fill(words);
  const first = palette(page).getByRole("option").first();
  await until(async () => (await first.innerText()).startsWith(name), `${name} is not found`);
  await page.keyboard.press("Enter");
  await palette(page).waitFor({ state: "hidden" });
}

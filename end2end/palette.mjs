// The palette, as tests use it.

export const palette = (page) => page.getByRole("dialog", { name: "Command palette" });

/** Finds something in the palette, as its first row, and chooses that. */
export async function chooseFirst(page, words, name) {
  await page.keyboard.press("Control+k");
  await palette(page).getByRole("combobox").fill(words);
  await palette(page).locator("[role=option]:first-child", { hasText: name }).waitFor();
  await page.keyboard.press("Enter");
  await palette(page).waitFor({ state: "hidden" });
}

// Compresses what the browser loads, each file in the way that makes it smallest:
// node compress.mjs QUALITY FOLDER, with the names of the files on standard input, a line each.
// What gets no smaller gets no copy.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { brotliCompressSync, constants } from "node:zlib";

const BEST = 11;
const MODES = [
  constants.BROTLI_MODE_GENERIC,
  constants.BROTLI_MODE_TEXT,
  constants.BROTLI_MODE_FONT,
];

const [quality, folder] = [Number(process.argv[2]), process.argv[3]];
const names = (await text(process.stdin)).split("\n").filter(Boolean);
for (const name of names) {
  const path = join(folder, name);
  const bytes = await readFile(path);
  const modes = quality === BEST ? MODES : MODES.slice(0, 1);
  const copies = modes.map((mode) =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: quality,
        [constants.BROTLI_PARAM_MODE]: mode,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  );
  const [smallest] = copies.sort((one, other) => one.length - other.length);
  if (smallest.length < bytes.length) await writeFile(`${path}.br`, smallest);
}

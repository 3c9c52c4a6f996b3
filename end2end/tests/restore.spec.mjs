// A backup that comes back through the browser, while a desk has no account: at the machine itself,
// and from elsewhere by whoever has the set-up token.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { checkAxe, freePort, live, openPage, startVolaris, strangersOf } from "../desk.mjs";
import { NARROW, PASSWORD, WIDE, api, email, protect } from "../members.mjs";

/** A backup of a desk with a position, made as its owner would. */
async function backup({ hasAccount }) {
  const server = await startVolaris();
  const cookie = hasAccount ? await protect(server) : undefined;
  const position = { position: "1 SPXW 15MAR24 5000C", stage: "planned", name: "Of before" };
  const made = await api(server, "/api/v1/positions", cookie ?? "", "POST", position);
  assert.equal(made.status, 201, made.text);
  const file = join(server.folder, "..", `restored-${process.pid}-${hasAccount}.db`);
  const words = ["--data", server.folder, "backup", file];
  await promisify(execFile)(process.env.VOLARIS_BIN, words, { env: strangersOf(process.env) });
  const bytes = await readFile(file);
  await server.stop();
  await promisify(execFile)("rm", [file]);
  return bytes;
}

const upload = (bytes) => ({ name: "volaris-20261128-120000.db", mimeType: "", buffer: bytes });

for (const look of [WIDE, NARROW]) {
  test(`a new desk takes a backup, and nothing else, ${look.width} wide`, async () => {
    const bytes = await backup({ hasAccount: false });
    const server = await startVolaris({ hasNews: true });
    const page = await openPage({ server, path: "/chart/SPX", ...look });
    try {
      await live(page);
      const here = { position: "1 SPXW 15MAR24 5100C", stage: "planned", name: "Of now" };
      await api(server, "/api/v1/positions", "", "POST", here);
      await page.getByRole("link", { name: "Restore a backup" }).click();
      await page.getByRole("heading", { name: "Restore a backup" }).waitFor();
      await checkAxe(page);
      const choose = async (file) => {
        await page.getByLabel("File of the backup").setInputFiles(upload(file));
        await page.getByRole("button", { name: "Restore it" }).click();
      };
      for (const bad of [Buffer.from("no database ".repeat(900)), bytes.subarray(0, 40_960)]) {
        await choose(bad);
        await page.getByRole("heading", { name: "Nothing was restored" }).waitFor();
        await page.getByText("What is on this desk is as it was.").waitFor();
        assert.match(await page.getByRole("alert").innerText(), /^[A-Z][^:]+\.$/);
        await checkAxe(page);
        const left = await readdir(server.folder);
        assert.deepEqual(left.filter((name) => name.includes("restored")), [], "nothing is left");
        await page.getByRole("link", { name: "Try another file" }).click();
      }
      // A refusal is an answer that the browser complains of.
      page.complaints.length = 0;
      await choose(bytes);
      await page.getByRole("heading", { name: "The backup is whole" }).waitFor();
      await checkAxe(page);
      await page.waitForURL("**/chart/SPX", { timeout: 30_000 });
      await live(page);
      const { text } = await api(server, "/api/v1/positions", "");
      assert.deepEqual(JSON.parse(text).positions.map((one) => one.name), ["Of before"]);
      const aside = (await readdir(server.folder)).filter((name) => name.includes(".before-"));
      assert.equal(aside.length, 1, "what was here before is kept");
      await page.quit();
    } finally {
      await page.leave();
      await server.stop();
    }
  });
}

test("from elsewhere a backup takes the token, and brings its accounts", async () => {
  const bytes = await backup({ hasAccount: true });
  const port = await freePort();
  const server = await startVolaris({
    env: { VOLARIS_HOSTS: "localhost,127.0.0.1,0.0.0.0", VOLARIS_SETUP_TOKEN: "given by hand" },
    listen: `0.0.0.0:${port}`,
  });
  const near = { ...server, address: `http://localhost:${port}` };
  const page = await openPage({ server: near, path: "/set-up", ...NARROW });
  try {
    await checkAxe(page);
    const choose = async (token) => {
      const form = page.locator("form[action='/account/restore']");
      await form.getByLabel("Set-up token").fill(token);
      await form.getByLabel("File of the backup").setInputFiles(upload(bytes));
      await form.getByRole("button", { name: "Restore it" }).tap();
    };
    await choose("a guess");
    await page.getByText("That is not the set-up token").waitFor();
    await page.getByRole("link", { name: "Try another file" }).tap();
    await choose("given by hand");
    await page.getByRole("heading", { name: "The backup is whole" }).waitFor();
    page.complaints.length = 0;
    await page.waitForURL("**/sign-in?**", { timeout: 30_000 });
    await page.getByLabel("E-mail").fill(email("ada"));
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).tap();
    await live(page);
    // Now there are accounts, and nobody puts another backup in their place.
    // Whoever is refused is not read to the end: what is sent goes along with the question.
    const named = 'content-disposition: form-data; name="token"';
    const again = ["--a", named, "", "given by hand", "--a--"];
    const refused = await fetch(`${near.address}/account/restore`, {
      method: "POST",
      body: again.join("\r\n"),
      headers: {
        "content-type": "multipart/form-data; boundary=a",
        "sec-fetch-site": "same-origin",
      },
    });
    assert.equal(refused.status, 401);
    await page.quit();
  } finally {
    await page.leave();
    await server.stop();
  }
});

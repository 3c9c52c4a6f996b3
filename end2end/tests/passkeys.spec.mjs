// Passkeys, with Chromium's own authenticator: made, named, used in the place of password and code,
// taken away; an answer counts once, and a copy that fell behind opens nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkAxe, openPage, send } from "../desk.mjs";
import { giveDevice, startNamed } from "../passkeys.mjs";
import { NARROW, PASSWORD, WIDE, email, protect, turnFactorOn } from "../members.mjs";

const SECURITY = "/settings/security";

const signedIn = (cookie) => {
  const [name, value] = cookie.split("=");
  return { [name]: value };
};

test("a passkey is made, signs in without password and code, and is taken away", async () => {
  const { server, named } = await startNamed();
  try {
    const ada = await protect(server);
    await turnFactorOn(server, ada);

    const cookies = signedIn(ada);
    const page = await openPage({ server: named, path: SECURITY, ...WIDE, cookies });
    const device = await giveDevice(page);
    const section = page.locator("section").filter({ hasText: "Passkeys" });
    const add = async (name, password) => {
      await page.getByLabel("Name of the device").fill(name);
      await page.getByLabel("Password, to add a passkey").fill(password);
      await page.getByRole("button", { name: "Add a passkey" }).click();
    };
    await add("Phone", "wrong horse battery");
    await page.getByRole("alert").filter({ hasText: "not your password" }).waitFor();
    assert.equal((await device.keys()).length, 0);
    await add("Ada's phone", PASSWORD);
    await section.getByText("Ada's phone").waitFor();
    await section.getByText("never used").waitFor();
    await checkAxe(page);
    const [key] = await device.keys();
    assert.equal(key.isResidentCredential, true);
    assert.equal(key.rpId, "localhost");
    // The same device twice is one too many.
    await add("Again", PASSWORD);
    await section.getByText("has a passkey of this account already").waitFor();

    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.goto(`${named.address}/sign-in?next=%2Fchart%2FQQQ`);
    await checkAxe(page);
    let sent;
    page.on("request", (one) => {
      if (one.url().endsWith("/account/sign-in/passkey")) sent = one;
    });
    const path = "/account/sign-in/passkey";
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL(`${named.address}/chart/QQQ`);
    const body = sent.postData();
    const { cookie } = await sent.allHeaders();

    // The answer counted once, whoever brings it again.
    const again = await fetch(`${named.address}${path}`, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin",
        cookie,
      },
      body,
    });
    assert.match(again.headers.get("location"), /problem=passkey-again/);
    assert.doesNotMatch(again.headers.get("set-cookie") ?? "", /sid=/);
    // And it is an answer to its own question alone.
    const begun = await send(named, `${path}/begin`, {});
    const errand = /errand=[^;]*/.exec(begun.set)[0];
    const fields = Object.fromEntries(new URLSearchParams(body));
    const other = await send(named, path, fields, errand);
    assert.match(other.to, /problem=passkey-refused/);

    await page.goto(`${named.address}${SECURITY}`);
    await section.getByText("last used").waitFor();
    await page.getByText("Made a passkey").waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();

    // A copy whose count fell behind, as of a device that was cloned.
    const [used] = await device.keys();
    assert.ok(0 < used.signCount, `${used.signCount}`);
    await device.say("removeCredential", { credentialId: used.credentialId });
    await device.say("addCredential", { credential: { ...used, signCount: 0 } });
    await page.goto(`${named.address}/sign-in`);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByRole("alert").filter({ hasText: "does not open this desk" }).waitFor();
    assert.match(server.log(), /a passkey was refused/);
    // Whose person the device did not ask is nobody.
    await device.say("removeCredential", { credentialId: used.credentialId });
    await device.say("addCredential", { credential: { ...used, signCount: 90 } });
    await device.say("setUserVerified", { isUserVerified: false });
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByText("It was given up").waitFor();
    await device.say("setUserVerified", { isUserVerified: true });
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL(`${named.address}/chart/SPX`);

    await page.goto(`${named.address}${SECURITY}`);
    await page.getByRole("button", { name: "Take away Ada's phone" }).click();
    await page.getByText("Took a passkey away").waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.goto(`${named.address}/sign-in`);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByRole("alert").filter({ hasText: "does not open this desk" }).waitFor();
    await page.quit();
  } finally {
    await server.stop();
  }
});

test("at an address that no passkey can be for, the page says which one is", async () => {
  const { server, named } = await startNamed();
  try {
    await protect(server);
    const page = await openPage({ server, path: "/sign-in", ...NARROW });
    await page.getByText("Passkeys work at").waitFor();
    await page.getByRole("link", { name: named.address }).waitFor();
    assert.equal(await page.locator("script").count(), 0);
    await checkAxe(page);
    await page.quit();
  } finally {
    await server.stop();
  }
});

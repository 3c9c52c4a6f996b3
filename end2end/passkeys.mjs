// Devices with passkeys, for tests: Chromium's own authenticator, and a desk by a name that they
// can be for.

import { freePort, startVolaris } from "./desk.mjs";

/** A device with a lock that its person opens. */
export async function giveDevice(page, options = {}) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });
  const say = (method, more = {}) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...more });
  return {
    say,
    keys: async () => (await say("getCredentials")).credentials,
  };
}

/** A desk by the name that passkeys are for. */
export async function startNamed(options) {
  const port = await freePort();
  const server = await startVolaris({ ...options, listen: `127.0.0.1:${port}` });
  return { server, named: { ...server, address: `http://localhost:${port}` } };
}

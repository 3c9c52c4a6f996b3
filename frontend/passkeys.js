// Passkeys on the two pages that use them: asks the server what to ask the device, asks the device,
// and sends its answer with the form. Nothing else: decision 0005 has why it is here at all.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const withId = (one) => ({ ...one, id: bytes(one.id) });

/** Asks the device for a new passkey, or for one that it has; gives its answer as JSON. */
async function ask(kind, told) {
  const publicKey = { ...told, challenge: bytes(told.challenge) };
  if (told.user) publicKey.user = withId(told.user);
  if (told.excludeCredentials) publicKey.excludeCredentials = told.excludeCredentials.map(withId);
  if (told.allowCredentials) publicKey.allowCredentials = told.allowCredentials.map(withId);
  const found = await navigator.credentials[kind]({ publicKey });
  const { response } = found;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = parts.filter((part) => response[part]);
  return JSON.stringify({
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: Object.fromEntries(given.map((part) => [part, text(response[part])])),
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[role=status]");
  if (!window.PublicKeyCredential) {
    const note = form.querySelector("[data-unable]");
    if (note) note.hidden = false;
    continue;
  }
  form.querySelector("fieldset").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    said.textContent = "";
    try {
      const present = form.elements.present?.value ?? "";
      const begun = await fetch(form.dataset.begin, {
        method: "POST",
        body: new URLSearchParams({ present }),
      });
      const told = await begun.json();
      if (!begun.ok || told.problem) {
        const problem = encodeURIComponent(told.problem ?? "passkey-again");
        location.assign(`${form.dataset.back}?problem=${problem}`);
        return;
      }
      form.elements.answer.value = await ask(form.dataset.passkey, told);
      // A password has done its part, and goes no further.
      form.elements.present?.remove();
      form.submit();
    } catch (error) {
      said.textContent = error?.name === "InvalidStateError"
        ? "This device has a passkey of this account already."
        : "It was given up, or the device has no passkey for this desk. Try again, or another way.";
      button.disabled = false;
    }
  });
}

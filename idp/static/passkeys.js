// Passkeys: passes the server’s options to the browser’s authenticator, and sends its response back.
"use strict";

const box = document.getElementById("passkey");
if (box && window.PublicKeyCredential) {
  const button = box.querySelector("button");
  const alertBox = box.querySelector("[role=alert]");
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const post = (address, body) => fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": box.dataset.token, "X-Made-For": box.dataset.madeFor, "Content-Type": "application/json" },
    body,
  });

  // Taken before their ids become bytes: who has just made a passkey has these and the new one.
  let known;
  const asked = (options) => {
    known = options.user && {
      rpId: options.rp.id,
      userId: options.user.id,
      allAcceptedCredentialIds: (options.excludeCredentials || []).map((one) => one.id),
    };
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of [options.excludeCredentials, options.allowCredentials]) {
      for (const one of list || []) one.id = bytes(one.id);
    }
    return { publicKey: options };
  };

  const answered = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  };

  const showCodes = (codes, onward) => {
    box.querySelector("template").content.querySelectorAll("li").forEach((line) => line.remove());
    const shown = box.querySelector("template").content.cloneNode(true);
    const list = shown.querySelector("ul");
    for (const code of codes) {
      const line = document.createElement("li");
      line.textContent = code;
      list.append(line);
    }
    shown.querySelector("a").href = onward;
    document.getElementById("content").replaceChildren(shown);
    document.querySelector("h1").focus();
  };

  // Signals (WebAuthn Level 3 §5.1.10): the browser forgets passkeys that the provider does not have.
  const signal = async (name, values) => {
    try {
      if (PublicKeyCredential[name]) await PublicKeyCredential[name](values);
    } catch {
      // The signal only tidies the browser's list.
    }
  };
  let waitingInField;
  const options = async () => {
    const offer = await post(box.dataset.options, "");
    if (offer.status === 409) {
      // Another tab has changed who is signed in, or what is set up: the page shows it.
      location.reload();
      return null;
    }
    if (!offer.ok) throw new Error(offer.status);
    return asked(await offer.json());
  };

  const finish = async (credential, rpId) => {
    const name = box.querySelector("input");
    const address = name ? `${box.dataset.finish}?name=${encodeURIComponent(name.value)}` : box.dataset.finish;
    const answer = await post(address, answered(credential));
    const result = await answer.json();
    if (!answer.ok) {
      alertBox.textContent = `${result.sentence} (${result.code})`;
      if (result.unknown) await signal("signalUnknownCredential", { rpId, credentialId: credential.id });
      return;
    }
    if (known) known.allAcceptedCredentialIds.push(credential.id);
    const accepted = known || result.accepted;
    if (accepted) await signal("signalAllAcceptedCredentials", accepted);
    if (result.codes) showCodes(result.codes, result.onward);
    else location.assign(result.onward);
  };

  const run = async () => {
    if (waitingInField) waitingInField.abort();
    alertBox.textContent = "";
    button.disabled = true;
    try {
      const wanted = await options();
      if (wanted) await finish(await navigator.credentials[box.dataset.act](wanted), wanted.publicKey.rpId);
    } catch {
      alertBox.textContent = box.dataset.failed;
    }
    button.disabled = false;
  };

  // Conditional mediation (WebAuthn Level 3 §5.1.4): the browser offers passkeys in the field, beside saved passwords.
  const offerInField = async () => {
    const field = document.getElementById(box.dataset.field);
    if (!field || !PublicKeyCredential.isConditionalMediationAvailable) return;
    if (!(await PublicKeyCredential.isConditionalMediationAvailable())) return;
    const begin = async () => {
      if (waitingInField || button.disabled) return;
      waitingInField = new AbortController();
      const { signal: stopped } = waitingInField;
      // A challenge lasts five minutes: the next focus asks for a new one.
      const old = setTimeout(() => waitingInField && waitingInField.abort(), 280000);
      try {
        const wanted = await options();
        if (!wanted) return;
        const credential = await navigator.credentials.get({ ...wanted, mediation: "conditional", signal: stopped });
        await finish(credential, wanted.publicKey.rpId);
      } catch {
        // The person went on by password, or by the button.
      } finally {
        clearTimeout(old);
        waitingInField = null;
      }
    };
    // Not before somebody is there: no challenge is made for who only reads the page.
    field.addEventListener("focus", begin);
    if (document.activeElement === field) begin();
  };

  // Where the phone itself can keep no passkey, the offer of one is no use: the login goes on.
  const later = document.getElementById("later");
  if (later && PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable) {
    PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().then((able) => { if (!able) later.requestSubmit(); });
  }

  box.hidden = false;
  button.addEventListener("click", run);
  offerInField();
}

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

  const asked = (options) => {
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

  const run = async () => {
    alertBox.textContent = "";
    button.disabled = true;
    try {
      const offer = await post(box.dataset.options, "");
      if (offer.status === 409) {
        // Another tab has changed who is signed in, or what is set up: the page shows it.
        location.reload();
        return;
      }
      if (!offer.ok) throw new Error(offer.status);
      const options = asked(await offer.json());
      const credential = await navigator.credentials[box.dataset.act](options);
      const name = box.querySelector("input");
      const finish = name ? `${box.dataset.finish}?name=${encodeURIComponent(name.value)}` : box.dataset.finish;
      const answer = await post(finish, answered(credential));
      const result = await answer.json();
      if (!answer.ok) {
        alertBox.textContent = `${result.sentence} (${result.code})`;
      } else if (result.codes) {
        showCodes(result.codes, result.onward);
      } else {
        location.assign(result.onward);
      }
    } catch {
      alertBox.textContent = box.dataset.failed;
    }
    button.disabled = false;
  };

  box.hidden = false;
  button.addEventListener("click", run);
}

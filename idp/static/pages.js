// Small comforts. Every page works without this file.
"use strict";

for (const box of document.querySelectorAll(".with-button")) {
  const input = box.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? box.dataset.hide : box.dataset.show;
    button.setAttribute("aria-label", `${button.textContent} : ${box.dataset.what}`);
    button.setAttribute("aria-pressed", String(visible));
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // A password must not be kept by the browser as an ordinary text.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  box.append(button);
}

const rules = document.getElementById("rules");
if (rules) {
  const input = document.getElementById("password");
  const progress = document.getElementById("progress");
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u];
  const passphrase = Number(rules.dataset.passphrase) || Infinity;
  const checks = {
    length: (text) => [...text].length >= Number(rules.dataset.length),
    classes: (text) => [...text].length >= passphrase || kinds.filter((kind) => kind.test(text)).length >= 3,
  };
  let pause;
  const look = () => {
    const progressTexts = [];
    for (const [code, check] of Object.entries(checks)) {
      const line = rules.querySelector(`[data-rule="${code}"]`);
      const met = check(input.value);
      line.classList.toggle("met", met);
      line.classList.remove("unmet");
      progressTexts.push(`${line.firstChild.textContent.trim()} : ${met ? rules.dataset.met : rules.dataset.unmet}`);
    }
    clearTimeout(pause);
    pause = setTimeout(() => { progress.textContent = progressTexts.join(". "); }, 800);
  };
  input.addEventListener("input", look);
  // Somebody may have typed before this file arrived.
  if (input.value) look();
}

const waiting = document.getElementById("waiting");
if (waiting) {
  waiting.hidden = false;
  const look = async () => {
    try {
      const answer = await fetch(waiting.dataset.status, { headers: { Accept: "application/json", "X-Made-For": waiting.dataset.madeFor } });
      if (!answer.ok || (await answer.json()).done) {
        location.assign(waiting.dataset.onward);
        return;
      }
    } catch {
      // The network is away for a moment: look again.
    }
    setTimeout(look, 3000);
  };
  setTimeout(look, 3000);
}

const refusal = document.getElementById("refusal");
if (refusal) {
  refusal.tabIndex = -1;
  refusal.focus();
}

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
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // A password must not be kept by the browser as an ordinary text.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  box.append(button);
  if (!box.dataset.capitals) continue;
  const capitals = document.createElement("p");
  capitals.className = "capitals";
  capitals.setAttribute("aria-live", "polite");
  box.after(capitals);
  const look = (event) => {
    const text = event.getModifierState && event.getModifierState("CapsLock") ? box.dataset.capitals : "";
    if (capitals.textContent !== text) capitals.textContent = text;
  };
  for (const name of ["keydown", "keyup", "mousedown"]) input.addEventListener(name, look);
  input.addEventListener("blur", () => { capitals.textContent = ""; });
}

const rules = document.getElementById("rules");
if (rules) {
  const input = document.getElementById("password");
  const progress = document.getElementById("progress");
  const strength = document.getElementById("strength");
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u];
  const sizes = [26, 26, 10, 33];
  const passphrase = Number(rules.dataset.passphrase) || Infinity;
  const checks = {
    length: (text) => [...text].length >= Number(rules.dataset.length),
    classes: (text) => [...text].length >= passphrase || kinds.filter((kind) => kind.test(text)).length >= 3,
  };
  // How many guesses the text alone would take; the provider judges it with what it knows of the person.
  const level = (text) => {
    if (!checks.length(text) || !checks.classes(text)) return 1;
    const signs = kinds.reduce((sum, kind, place) => sum + (kind.test(text) ? sizes[place] : 0), 1);
    const bits = Math.min([...text].length, new Set(text).size * 1.5) * Math.log2(signs);
    return bits < 75 ? 2 : 3;
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
    if (strength) {
      const reached = level(input.value);
      strength.hidden = !input.value;
      strength.dataset.level = String(reached);
      strength.lastElementChild.textContent = strength.dataset[`word${reached}`];
      progressTexts.push(strength.lastElementChild.textContent);
    }
    clearTimeout(pause);
    pause = setTimeout(() => { progress.textContent = progressTexts.join(". "); }, 800);
  };
  input.addEventListener("input", look);
  // Somebody may have typed before this file arrived.
  if (input.value) look();
}

// A code sends itself with its last digit: typed, pasted, or offered by the phone from the message.
for (const input of document.querySelectorAll("[data-digits]")) {
  const whole = new RegExp(`^\\d{${input.dataset.digits}}$`);
  let sent = false;
  input.addEventListener("input", () => {
    if (sent || !whole.test(input.value.replace(/\s/g, ""))) return;
    sent = true;
    input.form.requestSubmit();
  });
}

for (const field of document.querySelectorAll(".copy-field[data-copied]")) {
  if (!navigator.clipboard) break;
  const button = field.querySelector("button");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.querySelector(".copy").textContent.trim());
    button.textContent = field.dataset.copied;
  });
  button.hidden = false;
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

// A menu closes when one presses elsewhere, and by Escape.
for (const menu of document.querySelectorAll("details.languages")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// A refusal beside its field: that field has the focus by `autofocus`. One at the head of a form takes it here.
const refusal = document.querySelector(".refusal#refusal");
if (refusal) {
  refusal.tabIndex = -1;
  refusal.focus();
}

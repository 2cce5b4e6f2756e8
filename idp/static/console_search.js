// The search field of the console as a palette: "/" leads to it, results come while typing, arrows choose. It works as a form without this file.
"use strict";

const field = document.getElementById("everywhere");
if (field) {
  const form = field.form;
  const panel = document.createElement("div");
  panel.className = "search-panel";
  panel.hidden = true;
  form.append(panel);
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("aria-live", "polite");
  form.append(status);
  const PAUSE = 150;
  let pause, latest = 0;

  const links = () => [...panel.querySelectorAll("a")];
  const close = () => { panel.hidden = true; };
  const look = async () => {
    const text = field.value.trim();
    const number = ++latest;
    if (!text) { close(); status.textContent = ""; return; }
    const address = new URL(form.action);
    address.searchParams.set("q", text);
    address.searchParams.set("part", "1");
    let page;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error", signal: AbortSignal.timeout(5000) });
      if (!answer.ok) return;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return; // The form still works.
    }
    const results = page.querySelector(".search-results");
    if (number !== latest || !results) return;
    // The page may hold the same results: no id twice.
    for (const element of results.querySelectorAll("[id]")) element.id = `panel-${element.id}`;
    for (const section of results.querySelectorAll("[aria-labelledby]")) section.setAttribute("aria-labelledby", `panel-${section.getAttribute("aria-labelledby")}`);
    const count = results.querySelectorAll("a").length;
    if (!count) results.textContent = field.dataset.none;
    panel.replaceChildren(results);
    panel.hidden = false;
    status.textContent = count ? `${count}` : field.dataset.none;
  };

  field.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(look, PAUSE); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      close();
      field.focus();
    } else if (!panel.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const rows = links();
      const at = rows.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      (at < 0 ? field : rows[Math.min(at, rows.length - 1)] || field).focus();
    }
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
  form.addEventListener("focusin", () => { if (field.value.trim() && panel.childElementCount) panel.hidden = false; });
}

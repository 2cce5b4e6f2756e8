// OpenID Connect Session Management 1.0 §3.2: a relying party's page asks, in a message "client_id session_state",
// whether the session that it knows is still the one of this browser. No request is made.
(() => {
  "use strict";
  const cookie = document.documentElement.dataset.cookie;

  const state = () => {
    const found = document.cookie.split("; ").find((part) => part.startsWith(`${cookie}=`));
    return found ? found.slice(cookie.length + 1) : "";
  };

  const hash = async (text) => {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const judge = async (data, origin) => {
    const parts = typeof data === "string" && data.length < 1000 ? data.split(" ") : [];
    const salt = parts.length === 2 ? parts[1].split(".")[1] : undefined;
    if (!parts[0] || !salt) return "error";
    const wanted = await hash(`${parts[0]} ${origin} ${state()} ${salt}`);
    return parts[1] === `${wanted}.${salt}` ? "unchanged" : "changed";
  };

  window.addEventListener("message", async (event) => {
    if (!event.source || event.origin === "null") return;
    event.source.postMessage(await judge(event.data, event.origin), event.origin);
  });
})();

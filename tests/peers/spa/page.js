// A single-page application around npm's oidc-client-ts: what an act came to stands in the page's status, as JSON.
const shown = ({ profile, access_token, refresh_token, state }) => ({ profile, access_token, refresh_token, state });

const acts = {
  login: (manager) => manager.signinRedirect({ state: "where-i-was" }),
  popup: async (manager) => shown(await manager.signinPopup({ redirect_uri: `${location.origin}/callback` })),
  "/callback": async (manager) => {
    // A popup shows no person: it sends the result to the page that opened it, and closes.
    const user = await manager.signinCallback();
    return user && shown(user);
  },
  refresh: async (manager) => shown(await manager.signinSilent()),
  revoke: async (manager) => {
    const { refresh_token } = await manager.getUser();
    await manager.revokeTokens(["refresh_token"]);
    // The library has forgotten it; what is asked here is whether the provider has.
    await manager.storeUser(new oidc.User({ ...(await manager.getUser()), refresh_token }));
    return { revoked: true };
  },
  logout: (manager) => manager.signoutRedirect({ state: "see-you" }),
  "/bye": async (manager) => {
    const { userState } = await manager.signoutCallback();
    return { bye: userState, user: await manager.getUser() };
  },
};

async function does(act) {
  const status = document.querySelector("[role=status]");
  status.textContent = "";
  let result;
  try {
    result = await acts[act](await made);
  } catch (fault) {
    result = { error: fault.error ?? fault.message };
  }
  if (result) status.textContent = JSON.stringify(result);
}

const made = fetch("/settings.json").then((answer) => answer.json()).then((settings) => new oidc.UserManager({
  ...settings,
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/bye`,
  scope: "openid profile email offline_access",
  loadUserInfo: true,
  automaticSilentRenew: false,
}));

for (const button of document.querySelectorAll("button")) {
  button.addEventListener("click", () => does(button.value));
}
if (location.pathname in acts) does(location.pathname);

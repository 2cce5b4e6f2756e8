// A relying party by npm's oauth4webapi, which leaves each request and each check to be called by name.
import * as oauth from "oauth4webapi";
import { jwk, key, serve } from "./service.mjs";

const loopback = { [oauth.allowInsecureRequests]: true };

const authentications = {
  client_secret_basic: (secret) => oauth.ClientSecretBasic(secret),
  client_secret_post: (secret) => oauth.ClientSecretPost(secret),
  private_key_jwt: () => oauth.PrivateKeyJwt({ key: key.privateKey, kid: jwk.kid }),
  none: () => oauth.None(),
};

let address, provider, client, authentication, asked, tokens, claims;

async function begin(query) {
  asked = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
  };
  const go = new URL(provider.authorization_endpoint);
  go.search = new URLSearchParams({
    client_id: client.client_id,
    response_type: "code",
    redirect_uri: `${address}/callback`,
    scope: "openid profile email offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(asked.verifier),
    code_challenge_method: "S256",
    state: asked.state,
    nonce: asked.nonce,
    ...Object.fromEntries(query),
  });
  return { go };
}

async function finish(url) {
  const answer = oauth.validateAuthResponse(provider, client, url, asked.state);
  const response = await oauth.authorizationCodeGrantRequest(
    provider, client, authentication, answer, `${address}/callback`, asked.verifier, loopback,
  );
  const checks = { expectedNonce: asked.nonce, requireIdToken: true };
  tokens = await oauth.processAuthorizationCodeResponse(provider, client, response, checks);
  await oauth.validateApplicationLevelSignature(provider, response, loopback);
  claims = oauth.getValidatedIdTokenClaims(tokens);
  return { claims, userinfo: await userinfo(tokens.access_token) };
}

async function userinfo(token) {
  const response = await oauth.userInfoRequest(provider, client, token, loopback);
  return oauth.processUserInfoResponse(provider, client, claims.sub, response);
}

// What the answer's WWW-Authenticate header says of a token that opens nothing.
async function challenge() {
  try {
    return await userinfo("opens-nothing");
  } catch (fault) {
    if (!(fault instanceof oauth.WWWAuthenticateChallengeError)) throw fault;
    const [{ scheme, parameters }] = fault.cause;
    return { status: fault.status, scheme, error: parameters.error };
  }
}

async function refresh() {
  const response = await oauth.refreshTokenGrantRequest(
    provider, client, authentication, tokens.refresh_token, loopback,
  );
  tokens = await oauth.processRefreshTokenResponse(provider, client, response);
  await oauth.validateApplicationLevelSignature(provider, response, loopback);
  const name = (await userinfo(tokens.access_token)).name;
  return { claims: oauth.getValidatedIdTokenClaims(tokens), name };
}

async function introspect() {
  const response = await oauth.introspectionRequest(
    provider, client, authentication, tokens.access_token, loopback,
  );
  return oauth.processIntrospectionResponse(provider, client, response);
}

async function revoke() {
  const response = await oauth.revocationRequest(
    provider, client, authentication, tokens.refresh_token, loopback,
  );
  await oauth.processRevocationResponse(response);
  return {};
}

function goodbye() {
  const go = new URL(provider.end_session_endpoint);
  go.search = new URLSearchParams({
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: `${address}/bye`,
    state: "see-you",
  });
  return { go };
}

const pages = {
  "/login": (url) => begin(url.searchParams),
  "/callback": finish,
  "/challenge": challenge,
  "/refresh": refresh,
  "/introspect": introspect,
  "/revoke": revoke,
  "/logout": goodbye,
  "/bye": (url) => ({ state: url.searchParams.get("state") }),
};

// A registration made elsewhere, or one that the library makes with an initial access token.
async function registered(registration) {
  if (!registration.initial_access_token) return registration;
  const response = await oauth.dynamicClientRegistrationRequest(provider, registration.document, {
    ...loopback,
    initialAccessToken: registration.initial_access_token,
  });
  return oauth.processDynamicClientRegistrationResponse(response);
}

serve(async (registration, own) => {
  address = own;
  const issuer = new URL(registration.issuer);
  provider = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, loopback));
  const { client_id, client_secret, ...document } = await registered(registration);
  client = { client_id, id_token_signed_response_alg: document.id_token_signed_response_alg };
  authentication = authentications[document.token_endpoint_auth_method](client_secret);
}, (_request, url) => pages[url.pathname](url));

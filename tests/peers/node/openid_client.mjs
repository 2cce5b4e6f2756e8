// A relying party by npm's openid-client.
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";
import { body, jwk, key, serve } from "./service.mjs";

const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

const authentications = {
  client_secret_basic: (secret) => client.ClientSecretBasic(secret),
  client_secret_post: (secret) => client.ClientSecretPost(secret),
  private_key_jwt: () => client.PrivateKeyJwt({ key: key.privateKey, kid: jwk.kid }),
  none: () => client.None(),
};

let address, config, jwks, asked, tokens;
const ended = [];

async function begin(query) {
  asked = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  return client.buildAuthorizationUrl(config, {
    redirect_uri: `${address}/callback`,
    scope: "openid profile email offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(asked.pkceCodeVerifier),
    code_challenge_method: "S256",
    state: asked.expectedState,
    nonce: asked.expectedNonce,
    ...Object.fromEntries(query),
  });
}

async function finish(answer) {
  tokens = await client.authorizationCodeGrant(config, answer, asked);
  const claims = tokens.claims();
  return { claims, userinfo: await client.fetchUserInfo(config, tokens.access_token, claims.sub) };
}

async function refresh() {
  tokens = await client.refreshTokenGrant(config, tokens.refresh_token);
  return tokens.claims();
}

// OpenID Connect Back-Channel Logout 1.0 §2.6.
async function backchannel(token) {
  const { payload } = await jwtVerify(token, jwks, {
    issuer: config.serverMetadata().issuer,
    audience: config.clientMetadata().client_id,
    typ: "logout+jwt",
    requiredClaims: ["iat", "jti", "exp"],
  });
  if (!payload.events?.[LOGOUT_EVENT] || "nonce" in payload || !(payload.sid || payload.sub)) {
    throw new Error("not a logout token");
  }
  ended.push({ sid: payload.sid, sub: payload.sub });
}

const goodbye = () =>
  client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: `${address}/bye`,
    state: "see-you",
  });

const introspect = () => client.tokenIntrospection(config, tokens.access_token);

async function answer(request, url) {
  switch (`${request.method} ${url.pathname}`) {
    case "GET /login":
      return { go: await begin(url.searchParams) };
    case "GET /callback":
      return finish(url);
    case "POST /callback":
      return finish(new Request(url, { method: "POST", headers: request.headers, body: await body(request) }));
    case "GET /refresh":
      return refresh();
    case "GET /introspect":
      return introspect();
    case "GET /revoke":
      await client.tokenRevocation(config, tokens.refresh_token);
      return {};
    case "GET /logout":
      return { go: goodbye() };
    case "GET /bye":
      return { state: url.searchParams.get("state") };
    case "POST /backchannel":
      await backchannel(new URLSearchParams(await body(request)).get("logout_token"));
      return {};
    case "GET /ended":
      return ended;
    default:
      throw new Error("no such page");
  }
}

serve(async (registration, own) => {
  address = own;
  const metadata = {
    client_secret: registration.client_secret,
    id_token_signed_response_alg: registration.id_token_signed_response_alg,
  };
  config = await client.discovery(
    new URL(registration.issuer),
    registration.client_id,
    metadata,
    authentications[registration.token_endpoint_auth_method](registration.client_secret),
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
  jwks = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
}, answer);

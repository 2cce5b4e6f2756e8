// A relying party by npm's openid-client: it prints where the person must go, reads the answer's address, and goes on.
import { createInterface } from "node:readline";
import * as client from "openid-client";

const [issuer, id, secret, redirectUri] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (value) => console.log(JSON.stringify(value));
const hear = async () => (await lines.next()).value;

const config = await client.discovery(new URL(issuer), id, secret, client.ClientSecretBasic(secret), {
  execute: [client.allowInsecureRequests],
});
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope: "openid profile email offline_access",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
});
say({ go: url.href });

const tokens = await client.authorizationCodeGrant(config, new URL(await hear()), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
});
const claims = tokens.claims();
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
const introspected = await client.tokenIntrospection(config, refreshed.access_token);
await client.tokenRevocation(config, refreshed.refresh_token);
let refused = null;
try {
  await client.refreshTokenGrant(config, refreshed.refresh_token);
} catch (error) {
  refused = error.error;
}
const goodbye = client.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token,
  post_logout_redirect_uri: new URL("/bye", redirectUri).href,
  state: "bye",
});
say({ claims, userinfo, refreshedSub: refreshed.claims().sub, active: introspected.active, refused, goodbye: goodbye.href });
process.exit(0);

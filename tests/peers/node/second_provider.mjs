// npm's oidc-provider as an external identity provider: pairwise subjects, ES256 ID tokens and userinfo.
// node second_provider.mjs PORT OUR_ADDRESS
import { createHash } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const [port, ours] = process.argv.slice(2);
const { privateKey } = await generateKeyPair("ES256", { extractable: true });
const key = { ...(await exportJWK(privateKey)), use: "sig", alg: "ES256", kid: "es-1" };

const provider = new Provider(`http://localhost:${port}`, {
  clients: [{
    client_id: "our-provider",
    client_secret: "a secret of: ours & theirs",
    redirect_uris: [`${ours}/federation/callback`],
    post_logout_redirect_uris: [`${ours}/federation/signed_out`],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    subject_type: "pairwise",
    id_token_signed_response_alg: "ES256",
    userinfo_signed_response_alg: "ES256",
  }],
  jwks: { keys: [key] },
  cookies: { keys: ["for this test alone"] },
  features: { devInteractions: { enabled: true }, jwtUserinfo: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  subjectTypes: ["public", "pairwise"],
  pairwiseIdentifier: (_ctx, account, client) =>
    createHash("sha256").update(`${client.sectorIdentifier}${account}`).digest("hex"),
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));

// A service provider by npm's @node-saml/node-saml: requests in a redirect, answers in a form, single logout both ways.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { SAML } from "@node-saml/node-saml";

const say = (value) => console.log(JSON.stringify(value));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const body = async (request) => Object.fromEntries(new URLSearchParams(Buffer.concat(await request.toArray()).toString()));

let saml, address, profile;
const routes = {
  "/login": async () => ({ go: await saml.getAuthorizeUrlAsync("where-from", undefined, {}) }),
  "/acs": async (request) => {
    ({ profile } = await saml.validatePostResponseAsync(await body(request)));
    return { go: `${address}/me` };
  },
  "/me": async () => profile ?? { authenticated: false },
  "/logout": async () => ({ go: await saml.getLogoutUrlAsync(profile, "see-you", {}) }),
  "/slo": async (request, url) => {
    const { loggedOut, profile: asked } = await saml.validateRedirectAsync(Object.fromEntries(url.searchParams), url.search.slice(1));
    profile = undefined;
    if (url.searchParams.has("SAMLRequest")) return { go: await saml.getLogoutResponseUrlAsync(asked, "", {}, true) };
    return { authenticated: false, loggedOut, state: url.searchParams.get("RelayState") };
  },
};
const server = createServer(async (request, response) => {
  const url = new URL(request.url, address);
  try {
    const result = await routes[url.pathname](request, url);
    if (result.go) response.writeHead(302, { location: result.go }).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
  } catch (fault) {
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error: fault.message }));
  }
});
server.listen(0, "127.0.0.1", async () => {
  address = `http://127.0.0.1:${server.address().port}`;
  say({ address });
  const registration = JSON.parse((await lines.next()).value);
  const metadata = await (await fetch(`${registration.issuer}/saml/metadata`)).text();
  saml = new SAML({
    issuer: `${address}/metadata`,
    callbackUrl: `${address}/acs`,
    logoutCallbackUrl: `${address}/slo`,
    entryPoint: `${registration.issuer}/saml/sso`,
    logoutUrl: `${registration.issuer}/saml/slo`,
    idpIssuer: `${registration.issuer}/saml/metadata`,
    idpCert: [...metadata.matchAll(/KeyDescriptor.*?X509Certificate>([^<]+)</gs)].map((match) => match[1]),
    privateKey: registration.key,
    publicCert: registration.certificate,
    decryptionPvk: registration.key,
    signatureAlgorithm: "sha256",
    digestAlgorithm: "sha256",
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: true,
    validateInResponseTo: "always",
    identifierFormat: registration.format ?? null,
    disableRequestedAuthnContext: true,
    forceAuthn: Boolean(registration.force),
  });
  say({ ready: true });
  await lines.next();
  process.exit(0);
});

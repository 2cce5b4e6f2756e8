// npm's oidc-provider, set up for the same flow: code with PKCE, Basic, ES256, refresh, a sign-in page with Argon2id.
// PASSWORD=… node server.mjs PORT memory|FILE
import { hash, verify } from "@node-rs/argon2";
import Database from "better-sqlite3";
import { generateKeyPairSync } from "node:crypto";
import { Provider } from "oidc-provider";

const [port, store] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;

/** What oidc-provider asks of a store, on SQLite in WAL mode with synchronous=NORMAL, as durable as the other side. */
function sqliteAdapter(file) {
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = NORMAL");
  db.exec(`CREATE TABLE IF NOT EXISTS models (id TEXT PRIMARY KEY, payload TEXT, grant_id TEXT, uid TEXT, user_code TEXT,
    expires_at INTEGER, consumed_at INTEGER);
    CREATE INDEX IF NOT EXISTS models_grant ON models (grant_id); CREATE INDEX IF NOT EXISTS models_uid ON models (uid)`);
  const put = db.prepare(`INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, NULL)
    ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`);
  const get = db.prepare("SELECT payload, expires_at, consumed_at FROM models WHERE id = ?");
  const byUid = db.prepare("SELECT payload, expires_at, consumed_at FROM models WHERE uid = ?");
  const use = db.prepare("UPDATE models SET consumed_at = ? WHERE id = ?");
  const drop = db.prepare("DELETE FROM models WHERE id = ?");
  const dropGrant = db.prepare("DELETE FROM models WHERE grant_id = ?");
  const now = () => Math.trunc(Date.now() / 1000);
  const read = (row) => {
    if (!row || (row.expires_at && row.expires_at < now())) return undefined;
    return { ...JSON.parse(row.payload), ...(row.consumed_at ? { consumed: row.consumed_at } : {}) };
  };
  return class {
    constructor(name) { this.name = name; }
    key(id) { return `${this.name}:${id}`; }
    async upsert(id, payload, expiresIn) {
      put.run(this.key(id), JSON.stringify(payload), payload.grantId ?? null, payload.uid ?? null, payload.userCode ?? null,
        expiresIn ? now() + expiresIn : null);
    }
    async find(id) { return read(get.get(this.key(id))); }
    async findByUid(uid) { return read(byUid.get(uid)); }
    async findByUserCode() { return undefined; }
    async consume(id) { use.run(now(), this.key(id)); }
    async destroy(id) { drop.run(this.key(id)); }
    async revokeByGrantId(grantId) { dropGrant.run(grantId); }
  };
}

/** The package's own memory store forgets after a thousand entries, sessions too; this one does not. */
function memoryAdapter() {
  const kept = new Map();
  const byGrant = new Map();
  return class {
    constructor(name) { this.name = name; }
    key(id) { return `${this.name}:${id}`; }
    async upsert(id, payload) {
      kept.set(this.key(id), payload);
      if (payload.uid) kept.set(`uid:${payload.uid}`, payload);
      if (payload.grantId) byGrant.set(payload.grantId, [...(byGrant.get(payload.grantId) ?? []).slice(-20), this.key(id)]);
    }
    async find(id) { return kept.get(this.key(id)); }
    async findByUid(uid) { return kept.get(`uid:${uid}`); }
    async findByUserCode() { return undefined; }
    async consume(id) { kept.get(this.key(id)).consumed = Math.trunc(Date.now() / 1000); }
    async destroy(id) { kept.delete(this.key(id)); }
    async revokeByGrantId(grantId) { for (const key of byGrant.get(grantId) ?? []) kept.delete(key); }
  };
}

// Argon2id with the parameters of the other side; every account of the bench has the same password.
const stored = await hash(process.env.PASSWORD, { memoryCost: 19456, timeCost: 2, parallelism: 1 });
const page = (uid) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>
<form method="post" action="/interaction/${uid}"><label>Name <input name="username"></label>
<label>Password <input type="password" name="password"></label><button>Sign in</button></form></body></html>`;

async function formOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return new URLSearchParams(Buffer.concat(parts).toString());
}

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const provider = new Provider(issuer, {
  adapter: store === "memory" ? memoryAdapter() : sqliteAdapter(store),
  clients: [{
    client_id: "bench", client_secret: "a-secret-for-the-bench-and-nothing-else", redirect_uris: ["https://bench.example/cb"],
    grant_types: ["authorization_code", "refresh_token"], id_token_signed_response_alg: "ES256",
    token_endpoint_auth_method: "client_secret_basic",
  }],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256" }] },
  cookies: { keys: ["bench"] },
  features: { devInteractions: { enabled: false }, introspection: { enabled: true }, userinfo: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, given_name: "Claire", family_name: "Durand", email: "c@example.org", email_verified: true }) }),
  scopes: ["openid", "profile", "email", "offline_access"],
  claims: { openid: ["sub"], profile: ["given_name", "family_name"], email: ["email", "email_verified"] },
  rotateRefreshToken: true,
  issueRefreshToken: async (_, client, code) => code.scopes.has("offline_access"),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, RefreshToken: 1209600, Session: 28800, Grant: 28800, Interaction: 3600 },
});
provider.use(async (context, next) => {
  if (!context.path.startsWith("/interaction/")) return next();
  const { uid, prompt, params, session } = await provider.interactionDetails(context.req, context.res);
  const result = {};
  if (prompt.name === "login") {
    if (context.method === "GET") {
      context.type = "html";
      context.body = page(uid);
      return;
    }
    const form = await formOf(context.req);
    if (!(await verify(stored, form.get("password") ?? ""))) return context.throw(403);
    result.login = { accountId: form.get("username") };
  } else {
    // Its consent step, taken at once: what it grants holds for the session, as with a first-party client elsewhere.
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result.consent = { grantId: await grant.save() };
  }
  await provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: true });
  context.respond = false;
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));

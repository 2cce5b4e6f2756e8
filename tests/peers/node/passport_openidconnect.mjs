// A relying party by npm's passport-openidconnect, as its documentation has it: Express, a session, one strategy.
import { createInterface } from "node:readline";
import express from "express";
import session from "express-session";
import passport from "passport";
import OpenIDConnectStrategy from "passport-openidconnect";

const say = (value) => console.log(JSON.stringify(value));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const app = express();
app.use(session({ name: "passport", secret: "for this test alone", resave: false, saveUninitialized: false }));
app.use(passport.initialize());
app.use(passport.session());
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

app.get("/login", passport.authenticate("openidconnect"));
app.get("/callback", passport.authenticate("openidconnect", { failureRedirect: "/failed" }), (request, response) => {
  response.redirect("/me");
});
app.get("/me", (request, response) => response.json(request.user ?? { authenticated: false }));
app.get("/failed", (request, response) => response.json({ authenticated: false, failed: true }));
// RP-Initiated Logout 1.0 is the service's own to ask for; the library's session ends by Passport's own call.
app.get("/logout", (request, response, next) => {
  const query = new URLSearchParams({
    id_token_hint: request.user.id_token,
    post_logout_redirect_uri: `${address}/bye`,
    state: "see-you",
  });
  request.logout((fault) => (fault ? next(fault) : response.redirect(`${metadata.end_session_endpoint}?${query}`)));
});
app.get("/bye", (request, response) => {
  response.json({ authenticated: request.isAuthenticated(), state: request.query.state });
});
app.use((fault, request, response, _next) => {
  response.status(400).json({ error: fault.code ?? fault.message });
});

let address, metadata;
const server = app.listen(0, "127.0.0.1", async () => {
  address = `http://127.0.0.1:${server.address().port}`;
  say({ address, jwks: { keys: [] } });
  const registration = JSON.parse((await lines.next()).value);
  metadata = await (await fetch(`${registration.issuer}/.well-known/openid-configuration`)).json();
  passport.use(
    new OpenIDConnectStrategy(
      {
        issuer: metadata.issuer,
        authorizationURL: metadata.authorization_endpoint,
        tokenURL: metadata.token_endpoint,
        userInfoURL: metadata.userinfo_endpoint,
        clientID: registration.client_id,
        clientSecret: registration.client_secret,
        callbackURL: "/callback",
        scope: ["profile", "email"],
        nonce: true,
      },
      (issuer, userinfo, claims, context, id_token, access_token, refresh_token, params, done) =>
        done(null, { issuer, userinfo: userinfo._json, claims, id_token, token_type: params.token_type }),
    ),
  );
  say({ ready: true });
  await lines.next();
  process.exit(0);
});

// What every relying party here is around its library: a server on a port of its own. It prints its address and public
// key, reads its registration as one line of JSON, prints that it is ready, and serves until its input ends.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { exportJWK, generateKeyPair } from "jose";

const say = (value) => console.log(JSON.stringify(value));

export const key = await generateKeyPair("ES256", { extractable: true });
export const jwk = { ...(await exportJWK(key.publicKey)), use: "sig", alg: "ES256", kid: "peer" };

export const body = async (request) => Buffer.concat(await request.toArray()).toString();

// `configure(registration, address)` takes the registration; `answer(request, url)` returns the result, or `{ go }`.
export function serve(configure, answer) {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  let address;
  const server = createServer(async (request, response) => {
    try {
      const result = await answer(request, new URL(request.url, address));
      if (result.go) response.writeHead(302, { location: result.go.href }).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
    } catch (fault) {
      const error = fault.error ?? fault.code ?? fault.message;
      response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error }));
    }
  });
  server.listen(0, "127.0.0.1", async () => {
    address = `http://127.0.0.1:${server.address().port}`;
    say({ address, jwks: { keys: [jwk] } });
    await configure(JSON.parse((await lines.next()).value), address);
    say({ ready: true });
    await lines.next();
    process.exit(0);
  });
}

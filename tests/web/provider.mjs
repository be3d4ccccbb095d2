// A real OpenID Connect provider for the tests of sign-in: npm `oidc-provider`, with its own pages for signing in.
import { Provider } from "oidc-provider";

const [port, returnUrl] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "openphm",
    redirect_uris: [returnUrl],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    token_endpoint_auth_method: "none",
  }],
  pkce: { required: () => true },
  findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  cookies: { keys: ["made up for tests"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));

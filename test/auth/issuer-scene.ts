import { type IssuerProcess, startIssuer } from "../plugins/auth/tokens/issuer-process.ts";
import { writeSettings } from "../support/config-file.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { createTokenClient, type TokenClient } from "./token-client.ts";

export const issuerName = "https://issuer.example.org";
export const algorithms = ["RS256", "PS256", "ES256", "EdDSA"] as const;

/** A gateway that trusts an issuer in another process. `await using` ends both. */
export interface IssuerScene extends AsyncDisposable {
  readonly issuer: IssuerProcess;
  readonly gateway: GatewayProcess;
  readonly client: TokenClient;
  /** A token that counts for five minutes, by default Eve's. */
  token(claims?: object, kid?: string, header?: object): Promise<string>;
}

/** `trust`: what the settings say of the issuer beside its name and keys. Its keys have the names of their algorithms. */
export async function openIssuerScene(
  trust: object = {},
  environment: Readonly<Record<string, string>> = {},
  { isThere = true } = {},
): Promise<IssuerScene> {
  const issuer = await startIssuer();
  await Promise.all(algorithms.map((alg) => issuer.add(alg, alg)));
  if (!isThere) await issuer.mode("broken");
  const trusted = { issuer: issuerName, jwks_uri: `${issuer.url}/jwks.json`, ...trust };
  const gateway = await startGateway({ CONFIG: writeSettings({ trusted_issuers: [trusted] }), ...environment });
  return {
    issuer,
    gateway,
    client: createTokenClient(gateway),
    token(claims = {}, kid = "ES256", header = {}) {
      const exp = Math.floor(Date.now() / 1000) + 300;
      return issuer.sign(kid, { iss: issuerName, sub: "eve", scope: "read", exp, ...claims }, header);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([gateway.stop(), issuer.kill()]);
    },
  };
}

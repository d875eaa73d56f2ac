import { SharedSecret } from "../../../plugins/auth/tokens/shared-secret.ts";
import { TokenIssuer } from "../../../plugins/auth/tokens/token-issuer.ts";
import { trustOwn } from "../../../plugins/auth/tokens/trust.ts";
import { Verifier } from "../../../plugins/auth/tokens/verifier.ts";
import type { MicroBench } from "./micro-bench.ts";

/** Every call brings another token, cut anew from its header as requests do, so that no hash of the text is kept. */
export async function knownToken(tokens: number): Promise<MicroBench> {
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const keys = new SharedSecret("a secret of the bench, 32 bytes long");
  const issuer = new TokenIssuer({
    accessKeys: keys,
    assertionKeys: keys,
    issuer: undefined,
    audience: undefined,
    lifeMs: 86_400_000,
    clock,
  });
  const verifier = new Verifier({
    trusted: [trustOwn(keys, undefined, undefined)],
    revocations: { isRevoked: () => false },
    clock,
  });
  const headers: string[] = [];
  for (let index = 0; index < tokens; index += 1) {
    const { token } = await issuer.issue({
      kind: "user",
      subject: `user-${index}`,
      scopes: ["read", "write"],
      family: crypto.randomUUID(),
    });
    await verifier.verify(token);
    headers.push(`Bearer ${token}`);
  }
  return {
    name: `known token, one of ${tokens.toLocaleString("en")}`,
    prepare() {
      let next = 0;
      return () => {
        next = (next + 1) % headers.length;
        return verifier.verify((headers[next] ?? "").slice(7));
      };
    },
  };
}

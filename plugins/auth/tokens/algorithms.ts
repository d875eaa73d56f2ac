import type { JWK } from "jose";

/** What others may sign with. Only asymmetric ones: who could check a symmetric signature could also make it. */
export const asymmetricAlgorithms = ["RS256", "PS256", "ES256", "EdDSA"] as const;
export type AsymmetricAlgorithm = (typeof asymmetricAlgorithms)[number];

/** What we sign with, beside HS256. */
export type SigningAlgorithm = "RS256" | "ES256" | "EdDSA";

const shapes: Readonly<Record<AsymmetricAlgorithm, { readonly kty: string; readonly crv?: string }>> = {
  RS256: { kty: "RSA" },
  PS256: { kty: "RSA" },
  ES256: { kty: "EC", crv: "P-256" },
  EdDSA: { kty: "OKP", crv: "Ed25519" },
};

export function isAsymmetricAlgorithm(alg: unknown): alg is AsymmetricAlgorithm {
  return asymmetricAlgorithms.includes(alg as AsymmetricAlgorithm);
}

/** Whether a key may check signatures of this algorithm: by its kind, and by what it says of itself. */
export function isKeyFor(alg: AsymmetricAlgorithm, key: JWK): boolean {
  const { kty, crv } = shapes[alg];
  return (
    key.kty === kty &&
    (crv === undefined || key.crv === crv) &&
    (key.alg === undefined || key.alg === alg) &&
    (key.use === undefined || key.use === "sig") &&
    (key.key_ops === undefined || (Array.isArray(key.key_ops) && key.key_ops.includes("verify")))
  );
}

/** The members that make a public key of this kind: whatever else a key has stays out. */
export function toPublicJwk({ kty, crv, x, y, n, e }: JWK): JWK {
  const members = { kty, crv, x, y, n, e };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JWK;
}

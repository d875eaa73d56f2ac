/** What Bun.password makes by default. */
const usual = `$argon2id$v=19$m=65536,t=2,p=1$${"A".repeat(43)}$${"A".repeat(43)}`;

/**
 * A hash that no password fits and that takes as long to verify as most of these do: that of unknown users, so that
 * nobody learns from the clock who is one.
 */
export function createDecoyHash(hashes: readonly string[]): string {
  const counts = new Map<string, { readonly hash: string; count: number }>();
  for (const hash of hashes) {
    const same = counts.get(costOf(hash));
    if (same === undefined) counts.set(costOf(hash), { hash, count: 1 });
    else same.count += 1;
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count);
  return withRandomDigest(most?.hash ?? usual);
}

/** Kind and parameters: all that stands before the salt. */
function costOf(hash: string): string {
  return hash.slice(0, hash.startsWith("$2") ? 7 : hash.lastIndexOf("$", hash.lastIndexOf("$") - 1));
}

function withRandomDigest(hash: string): string {
  const isBcrypt = hash.startsWith("$2");
  const kept = hash.slice(0, isBcrypt ? -31 : hash.lastIndexOf("$") + 1);
  const length = hash.length - kept.length - 1;
  const digest = Buffer.from(crypto.getRandomValues(new Uint8Array(length)))
    .toString("base64")
    .slice(0, length);
  // The last character has bits that must be zero; it stands for zero in either alphabet.
  return kept + (isBcrypt ? `${digest.replaceAll("+", ".")}.` : `${digest}A`);
}

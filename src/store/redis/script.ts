/** Lua that Redis runs in one go. */
export interface Script {
  readonly code: string;
  /** By which Redis knows it once it has seen it. */
  readonly sha: string;
}

export function defineScript(code: string): Script {
  return { code, sha: new Bun.CryptoHasher("sha1").update(code).digest("hex") };
}

/** Lua: milliseconds since 1970, by the one clock that all gateways share. */
export const readNowMs = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

import { BlockList, isIP } from "node:net";

/** The peers whose forwarding headers are believed. */
export class TrustedProxies {
  readonly size: number;
  readonly #blocks = new BlockList();

  /** Throws a RangeError that names the position, never the text, of a block it cannot read. */
  constructor(cidrs: readonly string[]) {
    this.size = cidrs.length;
    for (const [index, cidr] of cidrs.entries()) {
      const [address = "", bits, more] = cidr.split("/");
      const family = isIP(address);
      const width = family === 4 ? 32 : 128;
      const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
      if (family === 0 || more !== undefined || !(prefix <= width)) throw new RangeError(String(index));
      this.#blocks.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
    }
  }

  includes(address: string): boolean {
    if (this.size === 0) return false;
    const family = isIP(address);
    return family !== 0 && this.#blocks.check(address, family === 4 ? "ipv4" : "ipv6");
  }
}

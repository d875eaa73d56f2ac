import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Block = [Address, number];

/** What may be registered where the operator says nothing: private networks and this machine. */
export const privateNetworks = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "127.0.0.0/8",
  "::1/128",
] as const;

/**
 * Never dialled, whatever is allowed: a cloud's metadata service answers on a link-local address, or on one of these
 * (AWS, and its pods' credentials; Google; Oracle; Alibaba). The other ranges are nobody's address.
 */
const neverRanges: ReadonlySet<string> = new Set(["unspecified", "linkLocal", "multicast", "broadcast", "reserved"]);
const neverAddresses: ReadonlySet<string> = new Set([
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
  "fd00:c1::a9fe:a9fe",
  "100.100.100.200",
]);

/** Which hosts and addresses may be registered, checked and forwarded to (REGISTRATION_ALLOW). */
export class AddressRules {
  readonly #blocks: readonly Block[];
  readonly #globs: readonly RegExp[];

  /** Blocks such as `10.0.0.0/8` or `10/8`, addresses, `loopback`, and host names in which `*` stands for anything. */
  constructor(rules: readonly string[]) {
    const blocks = rules.map(parseBlocks);
    this.#blocks = blocks.flatMap((parsed) => parsed ?? []);
    this.#globs = rules.filter((_, index) => blocks[index] === undefined).map(toPattern);
  }

  /** Whether this address of this host may be dialled. */
  allows(host: string, address: string): boolean {
    const parsed = parseAddress(address);
    if (parsed === undefined || isNever(parsed)) return false;
    if (this.#blocks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits))) {
      return true;
    }
    const name = host.toLowerCase().replace(/\.$/, "");
    return isIP(name) === 0 && this.#globs.some((glob) => glob.test(name));
  }
}

/** True for what an item of REGISTRATION_ALLOW may be. */
export function isAddressRule(text: string): boolean {
  return parseBlocks(text) !== undefined || /^(?=.*[A-Za-z*])[A-Za-z0-9*._-]{1,253}$/.test(text);
}

function parseBlocks(rule: string): Block[] | undefined {
  if (rule === "loopback") return ["127.0.0.0/8", "::1/128"].flatMap((block) => parseBlocks(block) ?? []);
  const [network = "", bits, more] = rule.split("/");
  if (more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  // `10/8` and `172.16/12`, as networks are often written.
  const short = bits !== undefined && /^\d{1,3}(\.\d{1,3}){0,2}$/.test(network);
  const full = short ? [...network.split("."), "0", "0", "0"].slice(0, 4).join(".") : network;
  const family = isIP(full);
  const width = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : Number(bits);
  return family === 0 || prefix > width ? undefined : [[ipaddr.parse(full), prefix]];
}

/** IPv4 addresses in IPv6 clothes are what they are. */
function parseAddress(address: string): Address | undefined {
  return isIP(address) === 0 || address.includes("%") ? undefined : ipaddr.process(address);
}

function isNever(address: Address): boolean {
  const range = address.range();
  if (neverRanges.has(range) || neverAddresses.has(address.toString())) return true;
  if (address instanceof ipaddr.IPv4) return false;
  const at = embeddedAt(address);
  return at !== undefined && isNever(new ipaddr.IPv4(address.toByteArray().slice(at, at + 4)));
}

/** Where an IPv4 address stands in an IPv6 one that networks may translate back (RFC 6052, RFC 6145, RFC 3056, RFC 4291). */
function embeddedAt(address: ipaddr.IPv6): number | undefined {
  const range = address.range();
  if (range === "6to4") return 2;
  const isCompatible = range !== "loopback" && address.parts.slice(0, 6).every((part) => part === 0);
  return range === "rfc6052" || range === "rfc6145" || isCompatible ? 12 : undefined;
}

function toPattern(glob: string): RegExp {
  const escaped = glob.toLowerCase().replaceAll(/[.]/g, "\\.").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`);
}

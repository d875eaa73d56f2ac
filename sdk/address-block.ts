/**
 * Whose address this is: an IPv4 address, or the /64 of an IPv6 one, all of which one customer has. IPv4 addresses in IPv6
 * clothes are what they are. What is no address comes back as it is.
 */
export function toAddressBlock(address: string): string {
  const bare = address.split("%", 1)[0] ?? "";
  // Made for hosts of URLs, and the shortest way to a strict parser that every runtime has.
  if (!/^[\da-f:.]*:[\da-f:.]*$/i.test(bare) || !URL.canParse(`http://[${bare}]`)) return address;
  const groups = expand(new URL(`http://[${bare}]`).hostname.slice(1, -1));
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return `${groups.slice(0, 4).map(toHex).join(":")}/64`;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join(".");
}

/** The eight groups of an address, zeros and all. */
function expand(compressed: string): number[] {
  const [head = [], tail = []] = compressed.split("::").map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}

function toHex(group: number): string {
  return group.toString(16);
}

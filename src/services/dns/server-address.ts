import { isIP, isIPv6 } from "node:net";

/** Whether this names a DNS server: `10.0.0.2`, `10.0.0.2:8600`, `fd00::2` or `[fd00::2]:8600`. The port default is 53. */
export function isServerAddress(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, ipv6, ipv4, port] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isAddress = ipv6 === undefined ? ipv4 !== undefined && isIP(ipv4) !== 0 : isIPv6(ipv6);
  return isAddress && (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
}

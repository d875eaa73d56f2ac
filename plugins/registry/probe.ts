import type { Host } from "@isaas/gateway-sdk/plugin";
import { findDialable, toAuthority, toUrl } from "./addresses.ts";
import type { AddressRules } from "./address-rules.ts";
import type { Check } from "./health.ts";
import type { InstanceRecord } from "./record.ts";

export interface ProbeOptions {
  readonly rules: AddressRules;
  readonly timeoutMs: number;
  readonly userAgent: string;
}

export type Probe = (record: InstanceRecord) => Promise<Check>;

type Finding = Pick<Check, "outcome" | "reason" | "address">;

/** Looks once at an instance: a GET of its check endpoint at each of its addresses until one answers. Never rejects. */
export function createProbe(host: Host, { rules, timeoutMs, userAgent }: ProbeOptions): Probe {
  return async function probe(record) {
    const startMs = host.clock.monotonic();
    const at = new Date(host.clock.now()).toISOString();
    const finding = await find(record);
    const took_ms = Math.round(host.clock.monotonic() - startMs);
    return { at, ok: finding.outcome === "good", took_ms, ...finding };
  };

  async function find(record: InstanceRecord): Promise<Finding> {
    const found = await findDialable(record.host, rules, host.resolve);
    if ("refused" in found) {
      return found.refused === "unresolved"
        ? { outcome: "unresolved", reason: "the host does not resolve", address: undefined }
        : { outcome: "silent", reason: "the address is not allowed", address: undefined };
    }
    let last: Finding = { outcome: "silent", reason: "no address", address: undefined };
    for (const address of found.addresses) {
      // One that is silent must not hide the next.
      last = await ask(record, address, AbortSignal.timeout(Math.ceil(timeoutMs / found.addresses.length)));
      if (last.outcome !== "silent") break;
    }
    return last;
  }

  async function ask(record: InstanceRecord, address: string, signal: AbortSignal): Promise<Finding> {
    try {
      const response = await host.fetch(toUrl(address, record.port) + record.check_endpoint, {
        headers: { host: toAuthority(record.host, record.port), "user-agent": userAgent, accept: "*/*" },
        signal,
      });
      // What it says beside its status may be long, and nobody reads it.
      void response.body?.cancel().catch(() => {});
      return { outcome: response.ok ? "good" : "bad", reason: `answered ${response.status}`, address };
    } catch (error) {
      return {
        outcome: "silent",
        reason: signal.aborted ? `no answer in ${timeoutMs / 1000} s` : describe(error),
        address,
      };
    }
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ConnectionRefused: "connection refused",
  ECONNRESET: "connection reset",
  ConnectionClosed: "connection closed",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
};

/** The kind of a failure, never its message: that may hold whatever the other side sent. */
function describe(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return (
    reasons[code] ?? (/^[A-Za-z_]{1,40}$/.test(code) ? `no well-formed answer (${code})` : "no well-formed answer")
  );
}

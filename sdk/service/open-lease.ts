import { checkOptions, checkPort, toList } from "./check-options.ts";
import { createCredentials } from "./credentials.ts";
import { GatewayLink } from "./gateway-link.ts";
import { KeptLease } from "./kept-lease.ts";
import type { LeaseEvent } from "./lease.ts";
import type { ServiceOptions } from "./options.ts";
import { registrationOf, toServiceName } from "./registration-of.ts";
import { Registry } from "./registry.ts";

/** Begins to register. Throws a TypeError for options that cannot be right. */
export function openLease(options: ServiceOptions): KeptLease {
  checkOptions(options);
  checkPort(options.port);
  const { gateway, apiPrefix = "/api/v1", drainSeconds = 1, onEvent = tellConsole } = options;
  const link = new GatewayLink({ gateways: toList(gateway), apiPrefix, fetch: options.fetch ?? fetch });
  return new KeptLease({
    registry: new Registry(link, createCredentials(options, link)),
    body: registrationOf(options),
    service: toServiceName(options.name),
    drainMs: drainSeconds * 1000,
    onEvent: withoutHarm(onEvent),
  });
}

function tellConsole({ lease: { service }, state, error }: LeaseEvent): void {
  if (error !== undefined) console.warn(`${service} is ${state} at the gateway: ${error.message}`);
}

/** A listener that throws, now or later, must not end the lease or its process. */
function withoutHarm(listener: (event: LeaseEvent) => void): (event: LeaseEvent) => void {
  return async (event) => {
    try {
      await listener(event);
    } catch (error) {
      console.error(error);
    }
  };
}

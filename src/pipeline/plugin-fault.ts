import { GatewayError } from "@isaas/gateway-sdk/errors";

/** A request failed for a plugin that broke the contract. It has been logged, with the plugin, where that was seen. */
export class PluginFault extends GatewayError {
  constructor(cause: unknown) {
    super("INTERNAL_ERROR", { message: "Something went wrong inside the gateway.", cause });
  }
}

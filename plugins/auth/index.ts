import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { createEndpoints } from "./endpoints.ts";
import { furnish } from "./furnish.ts";
import { createGuard, createIntroduction, createOpenDoor } from "./guard.ts";
import { authOptions, authRouteOptions } from "./options.ts";

/** Who are you, and may you: tokens and API keys, scopes, and the endpoints that give tokens. */
export const auth = definePlugin({
  name: "auth",
  stage: "identity",
  enforces: ["auth_required"],
  options: authOptions,
  routeOptions: authRouteOptions,
  check({ secret_key: secret }, { debug }) {
    const isMissing = secret === undefined && !debug;
    return isMissing ? [{ path: "secret_key", wanted: "a text of at least 32 bytes", got: "nothing" }] : [];
  },
  setup(host, options) {
    const house = furnish(host, options);
    return {
      route(route, routeOptions) {
        if (!route.policies.has("auth_required")) return createOpenDoor(routeOptions);
        if (routeOptions.assertion) house.wantAssertions();
        return createGuard(route, routeOptions, house.identify, house.assert);
      },
      own: createIntroduction(house.identify),
      endpoints: createEndpoints({ host, ...house }),
      start: () => house.start(),
      reload: () => house.accounts.reload(),
      close: () => house.close(),
    };
  },
});

import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { BucketKeys } from "./bucket-keys.ts";
import { createEndpoints } from "./endpoints.ts";
import { explainRules } from "./explain-rules.ts";
import { LeasedBuckets } from "./leased-buckets.ts";
import { createLimiter } from "./limiter.ts";
import { limitsOptions, limitsRouteOptions } from "./options.ts";
import { OwnRules } from "./own-rules.ts";
import { createRules, rulesOf } from "./rule.ts";
import { ShadowLog } from "./shadow-log.ts";
import { SharedKey } from "./shared-key.ts";

/** How often may you: token buckets for callers, routes and whatever the rules count. */
export const limits = definePlugin({
  name: "limits",
  stage: "admission",
  enforces: ["rate_limit"],
  options: limitsOptions,
  routeOptions: limitsRouteOptions,
  check({ limits: rules }) {
    const names = rules.map(({ name }) => name);
    return names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [{ path: `limits[${index}].name`, wanted: "each name once", got: "one that stands before" }],
    );
  },
  checkRoute({ rules = [] }, options) {
    const known = new Set(createRules(options).map(({ name }) => name));
    return rules.flatMap((rule, index) => {
      if (typeof rule !== "string" || known.has(rule)) return [];
      const path = `rules[${index}]`;
      return [{ path, wanted: "the name of one of the settings' limits", got: "another name", by: "limits" }];
    });
  },
  setup(host, options) {
    const { rate_limit_mode: mode, rate_limit_shadow: shadow } = options;
    const { store, clock, log, metrics } = host;
    const refused = metrics.counter("limited_requests_total", "Requests refused by a limit.", ["rule"]);
    const buckets = store.buckets("limits");
    // Alone, or with itself, a gateway has nothing to fetch from afar.
    const leased = mode === "leased" && store.kind !== "embedded" ? new LeasedBuckets(buckets, clock) : undefined;
    metrics.gauge("limits_alone", "1 while limits are enforced without the shared store.", [], () => [
      [{}, buckets.alone ? 1 : 0],
    ]);
    const rules = createRules(options);
    const keys = new BucketKeys();
    const sharedKey = new SharedKey(store, (key) => keys.use(key));
    const shadowLog = new ShadowLog(log);
    const ownRules = new OwnRules(host.services.has);
    const parts = { buckets: leased ?? buckets, keys, shadowLog: shadowLog, clock, log, refused };
    return {
      route(route, routeOptions) {
        if (!route.policies.has("rate_limit")) return undefined;
        const own = { ...routeOptions, shadow: shadow || routeOptions.shadow };
        const wanted = rulesOf(route, routeOptions, rules);
        ownRules.add(wanted);
        return createLimiter(route, wanted, own, parts);
      },
      explain: (route, said) => explainRules(rulesOf(route, said, rules), { ...said, shadow: shadow || said.shadow }),
      endpoints: createEndpoints({
        host,
        mode,
        shadow,
        rules: () => [...rules, ...ownRules.live],
        isAlone: () => buckets.alone,
        busiest: (count) => buckets.busiest(count),
        ruleOf: (key) => keys.ruleOf(key),
        free(key) {
          leased?.forget(key);
          return buckets.free(key);
        },
      }),
      start: () => sharedKey.start(),
      close: () => shadowLog.tell(),
    };
  },
});

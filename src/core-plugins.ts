import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { auth } from "../plugins/auth/index.ts";
import { breakers } from "../plugins/breakers/index.ts";
import { cors } from "../plugins/cors/index.ts";
import { docs } from "../plugins/docs/index.ts";
import { explain } from "../plugins/explain/index.ts";
import { health } from "../plugins/health/index.ts";
import { limits } from "../plugins/limits/index.ts";
import { metrics } from "../plugins/metrics/index.ts";
import { registry } from "../plugins/registry/index.ts";

/** The plugins of this executable. Their stages decide the order of a chain; inside a stage it is this one. */
export const corePlugins: readonly Plugin[] = [cors, health, metrics, auth, limits, breakers, explain, registry, docs];

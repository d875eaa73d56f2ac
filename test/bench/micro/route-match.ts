import { type Entry, RouteTable } from "../../../src/routing/table.ts";
import type { MicroBench } from "./micro-bench.ts";

/** Every call matches another route, as traffic does; one path alone would stay in the processor's cache. */
export function routeMatch(routes: number): MicroBench {
  return {
    name: `route match, ${routes.toLocaleString("en")} routes`,
    prepare() {
      const table = new RouteTable<Entry>();
      const prefixes = Array.from({ length: routes }, (_, index) => `/api/v1/service-${index}`);
      for (const pathPrefix of prefixes) table.add({ pathPrefix, methods: ["GET", "POST"] });
      const paths = prefixes.map((prefix) => `${prefix}/items/42`);
      let next = 0;
      return () => {
        next = (next + 1) % paths.length;
        return table.match("GET", paths[next] ?? "");
      };
    },
  };
}

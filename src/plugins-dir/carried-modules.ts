import * as contract from "@isaas/gateway-sdk/contract";
import * as plugin from "@isaas/gateway-sdk/plugin";
import * as elysia from "elysia";
import * as typebox from "typebox";
import * as compile from "typebox/compile";
import * as error from "typebox/error";
import * as format from "typebox/format";
import * as guard from "typebox/guard";
import * as schema from "typebox/schema";
import * as system from "typebox/system";
import * as type from "typebox/type";
import * as value from "typebox/value";

const modules: Readonly<Record<string, Record<string, unknown>>> = {
  "@isaas/gateway-sdk/contract": contract,
  "@isaas/gateway-sdk/plugin": plugin,
  elysia,
  typebox,
  "typebox/compile": compile,
  "typebox/error": error,
  "typebox/format": format,
  "typebox/guard": guard,
  "typebox/schema": schema,
  "typebox/system": system,
  "typebox/type": type,
  "typebox/value": value,
};

/** What a plugin may import with nothing installed beside the executable. */
export const carriedNames: readonly string[] = Object.keys(modules);

let areCarried = false;

/**
 * Lets files on disk import these modules as the executable has them. One copy for all: what a plugin throws is then our
 * GatewayError, and its schemas are our typebox's.
 */
export function carryModules(): void {
  if (areCarried) return;
  areCarried = true;
  Bun.plugin({
    name: "modules of the executable",
    setup(build) {
      for (const [name, exports] of Object.entries(modules)) build.module(name, () => ({ exports, loader: "object" }));
    },
  });
}

import { expect, test } from "bun:test";
import { Type } from "typebox";
import { operatorOnlyProblems } from "../../../plugins/registry/operator-only.ts";

const schema = Type.Object({
  path_prefix: Type.String(),
  auth: Type.Optional(
    Type.Object({
      forward_token: Type.Boolean({ default: false, operatorOnly: true }),
      assertion: Type.Boolean({ default: false }),
    }),
  ),
});

const union = Type.Object({
  fallback: Type.Optional(
    Type.Union([
      Type.Object({ service: Type.String({ operatorOnly: true }) }),
      Type.Object({ status: Type.Integer() }),
    ]),
  ),
});

function pathsOf(...said: object[]): string[] {
  const routes = said.map((more) => ({ path_prefix: "/api/v1/a", ...more }));
  return operatorOnlyProblems(schema, routes as never).map(({ path }) => path);
}

test("what only an operator may say is named by its path", () => {
  expect(pathsOf({}, { auth: { forward_token: true, assertion: true } })).toEqual(["routes[1].auth.forward_token"]);
});

test("its default, and all else, may be said by anybody", () => {
  expect(pathsOf({}, { auth: {} }, { auth: { forward_token: false, assertion: true } })).toEqual([]);
});

test("also in a branch of a union, and without a default nothing may be said", () => {
  expect(
    operatorOnlyProblems(union as never, [{ fallback: { service: "a" } }, { fallback: { status: 200 } }] as never),
  ).toEqual([{ path: "routes[0].fallback.service", message: "wanted nothing, unless an operator registers it" }]);
});

import { expect, test } from "bun:test";
import { createRegistrationSchema } from "@isaas/gateway-sdk/registration";
import { routeSchema } from "@isaas/gateway-sdk/contract";
import { bodies, registrationBody } from "../../../plugins/registry/documentation.ts";

const registration = JSON.parse(JSON.stringify(registrationBody(routeSchema))) as {
  requestBody: {
    content: { "application/json": { schema: { properties: Record<string, unknown>; required: string[] } } };
  };
  responses: Record<string, { description: string }>;
};
const { schema } = registration.requestBody.content["application/json"];

test("the body of a registration is documented field by field, as it is checked", () => {
  expect(Object.keys(schema.properties)).toEqual(Object.keys(createRegistrationSchema(routeSchema).properties));
  expect(schema.required).toEqual(
    ["service_name", "port", "check_endpoint", "check_interval", "metadata", "weight"].filter((name) =>
      schema.required.includes(name),
    ),
  );
  expect(schema.properties["port"]).toMatchObject({ type: "integer", minimum: 1, maximum: 65_535 });
});

test("nothing of it is a keyword that only we know", () => {
  expect(JSON.stringify(schema)).not.toMatch(/"(?:wanted|section|secret)":/);
});

test("every answer says what it is", () => {
  const all = [
    registration.responses,
    ...Object.values(bodies).map(({ responses }) => responses as typeof registration.responses),
  ];
  for (const responses of all) {
    for (const [code, { description }] of Object.entries(responses)) {
      expect([code, description.length > 0]).toEqual([expect.stringMatching(/^20[014]$/), true]);
    }
  }
  expect(Object.keys(registration.responses)).toEqual(["200", "201"]);
});

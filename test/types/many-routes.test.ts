import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import ts from "typescript";
import { createProject } from "./project.ts";

const services = [0, 1, 2, 3, 4];
const project = createProject();
afterAll(() => project.remove());

/** An Elysia application of so many routes, with schemas for all that can have one. */
function service(number: number, routes: number): string {
  const lines = Array.from({ length: routes }, (_, index) => {
    const body = `t.Object({ name: t.String(), size: t.Number(), tags: t.Optional(t.Array(t.String())) })`;
    const schema = `{ body: ${body}, query: t.Object({ page: t.Optional(t.Number()) }) }`;
    return `  .post("/items${index}/:id/parts/:part", ({ params, body, status }) => body.size > ${index} ? status(404, { message: "none" }) : { id: params.id, ...body, index: ${index} }, ${schema})`;
  });
  return `import { Elysia, t } from "elysia";
const app = new Elysia()
${lines.join("\n")};
export type Service${number} = typeof app;
`;
}

/** A client that calls every route of every service once. */
function client(routes: number): string {
  const calls = services.flatMap((service) =>
    Array.from(
      { length: routes },
      (_, route) =>
        `  { const { data, error } = await gateway.s${service}.items${route}({ id: 1 }).parts({ part: 2 }).post({ name: "a", size: 1 }); console.log(data?.size, error?.code === "SERVICE_ERROR" && error.status === 404 && error.value.message); }`,
    ),
  );
  return `import { createClient } from "@isaas/gateway-sdk/client";
${services.map((number) => `import type { Service${number} } from "./service-${number}.ts";`).join("\n")}
const gateway = createClient<{ ${services.map((number) => `s${number}: Service${number}`).join("; ")} }>("http://localhost:8000");
export async function main() {
${calls.join("\n")}
}
`;
}

function write(routes: number): string {
  for (const number of services) project.write(`service-${number}.ts`, service(number, routes));
  project.write("client.ts", client(routes));
  return client(routes);
}

test("5 services of 50 routes, each called once, are checked in seconds", async () => {
  write(50);
  const { places, seconds } = await project.check();
  expect(places).toEqual([]);
  console.log(`bun check: ${seconds.toFixed(2)} s`);
  expect(seconds).toBeLessThan(20);
}, 60_000);

test("with 5 services of 10 routes an editor soon shows the type of a call", () => {
  let text = write(10);
  const file = join(project.directory, "client.ts");
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(project.directory, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    project.directory,
  );
  let version = 1;
  const languages = ts.createLanguageService({
    fileExists: ts.sys.fileExists,
    readFile: (path) => ts.sys.readFile(path),
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: (path) => ts.sys.realpath?.(path) ?? path,
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: (name) => (name === file ? String(version) : "1"),
    getScriptSnapshot(name) {
      const content = name === file ? text : ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => project.directory,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  const hover = (found: string, offset: number): string => {
    const info = languages.getQuickInfoAtPosition(file, text.lastIndexOf(found) + offset);
    return ts.displayPartsToString(info?.displayParts);
  };
  // The first look reads all files; from then on people wait.
  hover("gateway.s4", 0);
  text = text.replace("export async", "const typed = 1;\nexport async");
  version += 1;
  const startMs = performance.now();
  const data = hover("data?.size", 1);
  const post = hover(".post({", 2);
  const seconds = (performance.now() - startMs) / 1000;
  console.log(`hover after a change: ${seconds.toFixed(2)} s`);
  expect(data).toContain("size: number");
  expect(post).toContain("name: string");
  expect(post.length).toBeLessThan(4000);
  expect(seconds).toBeLessThan(10);
}, 60_000);

import ts from "typescript";

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
  skipLibCheck: false,
};

/** What the compiler holds against this declaration file, strictly, and the names of its top-level statements. */
export function compileDeclarations(text: string): { readonly complaints: string[]; readonly statements: string[] } {
  const name = "/services.d.ts";
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  const parsed = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  host.getSourceFile = (file, ...rest) =>
    file === name ? parsed : libraryOnce(file, () => getSourceFile(file, ...rest));
  const program = ts.createProgram([name], options, host);
  const file = program.getSourceFile(name);
  const complaints = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ messageText, code }) => `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
  const statements = parsed.statements.map((statement) =>
    ts.isInterfaceDeclaration(statement) ? statement.name.text : ts.SyntaxKind[statement.kind],
  );
  return { complaints, statements };
}

const libraries = new Map<string, ts.SourceFile | undefined>();

/** The standard library takes longer to read than all that is checked against it. */
function libraryOnce(file: string, read: () => ts.SourceFile | undefined): ts.SourceFile | undefined {
  if (!libraries.has(file)) libraries.set(file, read());
  return libraries.get(file);
}

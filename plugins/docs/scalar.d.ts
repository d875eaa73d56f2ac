// Imported `with { type: "file" }`: the module is the file's path, also inside the executable.
declare module "*/standalone.js" {
  const path: string;
  export default path;
}

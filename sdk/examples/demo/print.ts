import { styleText } from "node:util";

/** Colours appear on a terminal only, and not when NO_COLOR is set. */
const style = (format: Parameters<typeof styleText>[0], text: string) =>
  styleText(format, text, { stream: process.stdout });

export function heading(text: string): void {
  console.log(`\n${style("bold", text)}`);
}

export function line(text: string): void {
  console.log(`  ${text}`);
}

export function aside(text: string): void {
  console.log(style("dim", `  ${text}`));
}

export function request(says: string, method: string, path: string): void {
  code(says, `${method} ${path}`);
}

export function code(says: string, text: string): void {
  console.log(`\n  ${style("dim", `# ${says}`)}`);
  console.log(`  ${style("cyan", "->")} ${text}`);
}

export function answer(status: number, tookMs: number, body: string): void {
  console.log(`  ${style("green", "<-")} ${status} ${body} ${style("dim", `(${tookMs.toFixed(1)} ms)`)}`);
}

export function failure(reason: string): void {
  console.error(`\n  ${style("red", "failed:")} ${reason}`);
}

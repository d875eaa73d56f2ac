import { parseText } from "./parse-text.ts";

/** One server-sent event. `data` is parsed when it is an object, a list, a number or a boolean of JSON. */
export interface ServerSentEvent {
  id?: string;
  event?: string;
  data?: unknown;
  /** Milliseconds to wait before connecting again. */
  retry?: number;
}

/** Makes events of text that comes in pieces, wherever they are cut (WHATWG HTML, section 9.2.6). */
export class EventReader {
  #rest = "";
  #isFirst = true;
  #afterReturn = false;
  #fields: { id?: string; event?: string; retry?: number } = {};
  #data: string[] = [];

  /** The events that are complete with this piece. One that the end cuts off is none. */
  *read(piece: string): Generator<ServerSentEvent> {
    let text = piece;
    if (this.#isFirst && text !== "") {
      this.#isFirst = false;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    // A line ends with a carriage return, a line feed or both, and both may come apart.
    if (this.#afterReturn && text !== "") {
      this.#afterReturn = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    if (text.endsWith("\r")) this.#afterReturn = true;
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = line === "" ? this.#finish() : this.#take(line);
      if (event !== undefined) yield event;
    }
  }

  #take(line: string): undefined {
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#fields.event = value;
    else if (name === "id" && !value.includes("\0")) this.#fields.id = value;
    else if (name === "retry" && /^\d{1,15}$/.test(value)) this.#fields.retry = Number(value);
  }

  /** What has neither data nor a name, such as a comment, is no event. */
  #finish(): ServerSentEvent | undefined {
    const fields = this.#fields;
    const data = this.#data;
    this.#fields = {};
    this.#data = [];
    if (data.length > 0) return { ...fields, data: parseText(data.join("\n")) };
    return fields.event === undefined ? undefined : fields;
  }
}

import { createSocket } from "node:dgram";
import { type Answer, decode, encode, type Question, RECURSION_AVAILABLE, RECURSION_DESIRED } from "dns-packet";

export interface SrvData {
  readonly port: number;
  readonly target: string;
  readonly priority?: number;
  readonly weight?: number;
}

export type DnsFailure = "SERVFAIL" | "REFUSED" | "silence";

/** What a name answers, or how it fails, by the kind of record. */
export interface DnsRecords {
  readonly A?: readonly string[] | DnsFailure;
  readonly AAAA?: readonly string[] | DnsFailure;
  readonly SRV?: readonly SrvData[] | DnsFailure;
}

/** A name that is not in it does not exist. */
export type DnsTable = Readonly<Record<string, DnsRecords | DnsFailure>>;

export interface DnsServer {
  /** `127.0.0.1:port`, as the setting spells it. */
  readonly address: string;
  /** All questions so far, as `A name.example`. */
  readonly questions: readonly string[];
  /** Replaces all records from the next question on. */
  answerWith(table: DnsTable): void;
  /** Waits that long before each answer from now on, in milliseconds. */
  delayBy(delayMs: number): void;
  close(): void;
}

const answerCodes = { REFUSED: 5, NXDOMAIN: 3, SERVFAIL: 2 };

/** A real DNS server on a free UDP port. Whoever uses it says what it answers, and may change that at any time. */
export async function startDnsServer(first: DnsTable = {}): Promise<DnsServer> {
  const socket = createSocket("udp4");
  const questions: string[] = [];
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let table = first;
  let delayMs = 0;
  socket.on("message", (message, sender) => {
    const { id = 0, questions: [question] = [] } = decode(message);
    if (question === undefined) return;
    questions.push(`${question.type} ${question.name}`);
    const answer = answerTo(question, table[question.name.toLowerCase()]);
    if (answer === "silence") return;
    const packet = encode({
      type: "response",
      id,
      flags: RECURSION_DESIRED | RECURSION_AVAILABLE | (typeof answer === "string" ? answerCodes[answer] : 0),
      questions: [question],
      answers: typeof answer === "string" ? [] : answer,
    });
    const timer = setTimeout(() => {
      timers.delete(timer);
      socket.send(packet, sender.port, sender.address);
    }, delayMs);
    timers.add(timer);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    answerWith(next) {
      table = next;
    },
    delayBy(nextMs) {
      delayMs = nextMs;
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      socket.close();
    },
  };
}

function answerTo(
  { name, type }: Question,
  records: DnsRecords | DnsFailure | undefined,
): Answer[] | DnsFailure | "NXDOMAIN" {
  if (records === undefined) return "NXDOMAIN";
  if (typeof records === "string") return records;
  if (type !== "A" && type !== "AAAA" && type !== "SRV") return [];
  const said = records[type] ?? [];
  if (typeof said === "string") return said;
  const ttl = 300;
  return said.map((record): Answer => {
    if (typeof record === "string") return { name, type: type === "A" ? "A" : "AAAA", ttl, data: record };
    const { priority = 0, weight = 0, port, target } = record;
    return { name, type: "SRV", ttl, data: { priority, weight, port, target } };
  });
}

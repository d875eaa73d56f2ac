import { readAnswer, type Answer } from "./answer.ts";

/** Sends these bytes on a connection of their own and reads one answer. */
export async function exchangeOnce(port: number, request: string, timeoutMs: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let text = "";
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_socket, chunk) {
        text += chunk.toString("latin1");
        const answer = readAnswer(text);
        if (answer) resolve(answer);
      },
      close: () => reject(new Error("the connection was closed before the answer")),
      error: (_socket, error) => reject(error),
    },
  });
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  socket.write(request);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.terminate();
  });
}

const mostKept = 1024;
const free: AbortController[] = [];

/** A controller that nobody else holds. Making one for each request would cost as much as matching its route thrice. */
export function takeController(): AbortController {
  return free.pop() ?? new AbortController();
}

/** Takes a controller back once its request is over; an aborted one is spent. Its signal must not have been given away. */
export function giveController(controller: AbortController): void {
  if (!controller.signal.aborted && free.length < mostKept) free.push(controller);
}

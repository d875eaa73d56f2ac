/** A second and the nine before it are "recent". */
const recentSeconds = 10;
/** Tries that may come on top of the requests, as a part of them. */
const share = 0.2;
/** So many are allowed at once, in this second and the last: a service with few requests would never get one otherwise. */
const least = 3;

/**
 * Keeps tries from burying a service that is down already: over the last ten seconds they are at most a fifth of its
 * requests. The share and the least number are those of Envoy's retry budget (`budget_percent`, `min_retry_concurrency`);
 * requests that earn tries which expire are Finagle's (`RetryBudget`): Envoy counts what is in flight alone, and a service
 * that fails at once has hardly anything in flight.
 */
export class RetryBudget {
  readonly #requests = new Uint32Array(recentSeconds);
  readonly #retries = new Uint32Array(recentSeconds);
  #recentRequests = 0;
  #recentRetries = 0;
  #inFlight = 0;
  #second = 0;

  /** A request has come. Times are monotonic milliseconds. */
  earn(nowMs: number): void {
    this.#turn(nowMs);
    this.#requests[this.#slot] = (this.#requests[this.#slot] ?? 0) + 1;
    this.#recentRequests += 1;
  }

  /** Whether one more try may be made. It counts as in flight until `giveBack`. */
  take(nowMs: number): boolean {
    this.#turn(nowMs);
    const justNow = (this.#retries[this.#slot] ?? 0) + (this.#retries[(this.#second - 1) % recentSeconds] ?? 0);
    const isFew = Math.max(this.#inFlight, justNow) < least;
    if (!isFew && Math.max(this.#inFlight, this.#recentRetries) + 1 > share * this.#recentRequests) return false;
    this.#retries[this.#slot] = (this.#retries[this.#slot] ?? 0) + 1;
    this.#recentRetries += 1;
    this.#inFlight += 1;
    return true;
  }

  /** The try is over. */
  giveBack(): void {
    this.#inFlight -= 1;
  }

  get #slot(): number {
    return this.#second % recentSeconds;
  }

  #turn(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second <= this.#second) return;
    // After a pause of ten seconds nothing is recent any more.
    this.#second = Math.max(this.#second, second - recentSeconds);
    while (this.#second < second) {
      this.#second += 1;
      this.#recentRequests -= this.#requests[this.#slot] ?? 0;
      this.#recentRetries -= this.#retries[this.#slot] ?? 0;
      this.#requests[this.#slot] = 0;
      this.#retries[this.#slot] = 0;
    }
  }
}

/**
 * Seconds after which Bun closes a connection on which nothing moves: an idle keep-alive connection, or a caller
 * that stopped in the middle of its request. Waiting for a service is not bounded by it.
 */
export const idleSeconds = 60;

/** The most that Bun knows beside "never", in seconds: for an upload or a stream that somebody stopped moving. */
export const longestIdleSeconds = 255;

/** So many tries that the provider certainly did not take, then the letter has failed. */
export const MOST_FAILURES = 8;

/** Nothing is put off for longer in one go. */
export const LONGEST_MS = 60 * 60_000;

/**
 * How long to wait after a try that was certainly not taken: full jitter under `firstMs` · 2ⁿ, and never less than the provider asks
 * for, but an hour at most. Whoever asks for more is asked again hourly, which costs a call an hour; a header that was not meant so
 * (milliseconds for seconds) would otherwise hold a letter back for years.
 * @param failures failed tries before this one
 * @param draw a random number in [0, 1)
 */
export function retryDelayMs(firstMs: number, failures: number, retryAfterMs: number | null, draw: number): number {
  const ceiling = Math.min(LONGEST_MS, firstMs * 2 ** failures);
  return Math.ceil(Math.max(draw * ceiling, Math.min(LONGEST_MS, retryAfterMs ?? 0)));
}

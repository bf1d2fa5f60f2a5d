/** How many letters a provider takes from a store in a stretch of time. */
export interface SendRate {
  readonly letters: number;
  readonly perMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `10/s`, `600/m`, `5000/h` or `20000/d`; null for anything else. */
export function parseSendRate(text: string): SendRate | null {
  const [, count, unit] = /^([1-9]\d{0,6})\/([smhd])$/.exec(text) ?? [];
  return count && unit ? { letters: Number(count), perMs: UNIT_MS[unit]! } : null;
}

/** A bucket of tokens, one a letter. The last `reserve` of them are kept for service mail. */
export interface BucketSize {
  readonly capacity: number;
  readonly reserve: number;
  /** Milliseconds in which one token comes. */
  readonly intervalMs: number;
}

/** One second's letters at once, at least one, and a fifth of them more for service mail. */
export function bucketOf({ letters, perMs }: SendRate): BucketSize {
  const burst = Math.max(1, Math.ceil((letters * 1_000) / perMs));
  const reserve = Math.max(1, Math.ceil(burst / 5));
  return { capacity: burst + reserve, reserve, intervalMs: perMs / letters };
}

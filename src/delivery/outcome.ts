import { assertNever } from '../domain/assert-never.js';
import { withoutAddresses } from '../platform/logging/without-addresses.js';
import { MOST_FAILURES, retryDelayMs } from './backoff.js';
import type { SendResult } from './transports/transport.js';

/** What an attempt's result makes of its message (`state` …) and of its attempt row (`result` …). */
export interface Outcome {
  readonly state: 'accepted' | 'rejected' | 'retry' | 'planned' | 'failed' | 'unknown';
  readonly reason: string | null;
  /** For `retry` and `planned`: when it may be claimed again. */
  readonly retryMs: number | null;
  readonly providerMessageId: string | null;
  /**
   * `retry` counts towards the limit of tries; `throttled` (a rate limit, or too few connections of our own), `config` and
   * `not_started` do not.
   */
  readonly result: 'accepted' | 'rejected' | 'retry' | 'throttled' | 'config' | 'unknown' | 'not_started';
  readonly status: number | null;
  readonly detail: string | null;
}

/**
 * Reads a transport's result.
 * @param failures tries that counted before this one
 * @param waits after the first counted try, under full jitter, and for how long a configuration fault keeps the store's mail back
 * @param draw a random number in [0, 1)
 */
export function outcomeOfResult(
  result: SendResult,
  failures: number,
  { retryFirstMs, circuitMs }: { readonly retryFirstMs: number; readonly circuitMs: number },
  draw: number,
): Outcome {
  const base = {
    reason: null,
    retryMs: null,
    providerMessageId: null,
    status: result.status,
    detail: 'detail' in result ? result.detail : null,
  };
  switch (result.kind) {
    case 'accepted':
      return { ...base, state: 'accepted', result: 'accepted', providerMessageId: result.providerMessageId };
    case 'rejected':
      return { ...base, state: 'rejected', result: 'rejected', reason: result.code };
    case 'unknown':
      return { ...base, state: 'unknown', result: 'unknown' };
    case 'config':
      return { ...base, state: 'planned', result: 'config', retryMs: circuitMs };
    case 'retry': {
      const retryMs = retryDelayMs(retryFirstMs, failures, result.retryAfterMs, draw);
      if (!result.counts) return { ...base, state: 'retry', result: 'throttled', retryMs };
      return failures + 1 >= MOST_FAILURES
        ? { ...base, state: 'failed', result: 'retry', reason: 'attempts_exhausted' }
        : { ...base, state: 'retry', result: 'retry', retryMs };
    }
    default:
      return assertNever(result);
  }
}

/**
 * The outcome as it may be stored. A mail server repeats the address that it refuses, and from the ledger it could not be erased later;
 * a NUL in what a provider says cannot be stored at all.
 */
export function fitToStore(outcome: Outcome): Outcome {
  const { reason, detail, providerMessageId } = outcome;
  return {
    ...outcome,
    reason: reason && withoutNul(withoutAddresses(reason)),
    detail: detail && withoutNul(withoutAddresses(detail)),
    providerMessageId: providerMessageId && withoutNul(providerMessageId),
  };
}

function withoutNul(text: string): string {
  return text.replaceAll('\0', '');
}

/** The provider was never called, because too much of the lease had passed: tried again at once, not counted. */
export const NOT_STARTED: Outcome = {
  state: 'retry',
  reason: null,
  retryMs: 0,
  providerMessageId: null,
  result: 'not_started',
  status: null,
  detail: 'too much of the lease had passed before the provider was called',
};

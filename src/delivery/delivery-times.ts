import type { Env } from '../platform/config/env.js';

/** How long delivery waits for what. All of it is time of the database or of a clock that never jumps, never a lane's. */
export class DeliveryTimes {
  /** A claimed or sending row whose holder says nothing for so long is taken over. Must exceed every transport's deadline. */
  readonly leaseMs: number = 60_000;
  /** How often rows of dead workers are looked for. */
  readonly sweepMs: number = 5_000;
  /** How long an ambiguous attempt of an at-least-once letter waits for news before its one flagged repetition. */
  readonly repeatUnknownMs: number = 10 * 60_000;
  /** How long an ambiguous attempt of an at-most-once letter waits for news before it is shown as unresolved. */
  readonly resolveUnknownMs: number = 60 * 60_000;
  /** After a try that was certainly not taken: up to so long, doubled with each further one. */
  readonly retryFirstMs: number = 30_000;
  /** A letter whose person has an unread event that concerns its run waits so long for that event to be processed. */
  readonly eventFirstMs: number = 1_000;
  /** The guard waits so long for rows that somebody else holds: an event's writing or a merge is through in milliseconds. */
  readonly heldMs: number = 1_000;
  /** A configuration fault keeps a store's mail back for so long, doubled with each repetition… */
  readonly circuitMs: number = 30_000;
  /** …up to this. */
  readonly circuitMaxMs: number = 10 * 60_000;

  constructor(overrides: Partial<DeliveryTimes> = {}) {
    Object.assign(this, overrides);
  }

  /** As the settings say. */
  static of(env: Env): DeliveryTimes {
    return new DeliveryTimes({
      leaseMs: env.SEND_LEASE_S * 1_000,
      repeatUnknownMs: env.UNKNOWN_REPEAT_S * 1_000,
      resolveUnknownMs: env.UNKNOWN_RESOLVE_S * 1_000,
      retryFirstMs: env.RETRY_FIRST_S * 1_000,
    });
  }
}

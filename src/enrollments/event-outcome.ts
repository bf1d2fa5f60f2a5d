import type { EndReason, NoEntryReason } from '../domain/reasons.js';

/** What one event did in one scenario, as `GET /v1/events/{id}` tells it. */
export type EventOutcome =
  | {
      readonly scenario: string;
      readonly enrollment: string;
      readonly outcome: 'entered' | 'restarted' | 'refreshed';
      readonly reason: null;
    }
  | { readonly scenario: string; readonly enrollment: string; readonly outcome: 'exited'; readonly reason: EndReason }
  | { readonly scenario: string; readonly enrollment: null; readonly outcome: 'none'; readonly reason: NoEntryReason };

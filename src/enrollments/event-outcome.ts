import type { EndReason, NoEntryReason } from '../domain/reasons.js';

/**
 * What one event did in one scenario, as `GET /v1/events/{id}` tells it. `field` is there where a condition was undetermined, and names
 * what it missed: then the event ended the run, or started nothing. `version` is there where a trigger's condition did not hold: it was
 * this version's.
 */
export type EventOutcome =
  | {
      readonly scenario: string;
      readonly enrollment: string;
      /** `received`: the run waited for it. */
      readonly outcome: 'entered' | 'restarted' | 'refreshed' | 'received';
      readonly reason: null;
    }
  | {
      readonly scenario: string;
      readonly enrollment: string;
      readonly outcome: 'exited';
      readonly reason: EndReason;
      readonly field?: string;
    }
  | {
      readonly scenario: string;
      readonly enrollment: null;
      readonly outcome: 'none';
      readonly reason: NoEntryReason;
      readonly field?: string;
      readonly version?: number;
    };

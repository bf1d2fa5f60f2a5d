import type { EndReason } from '../domain/reasons.js';
import type { EventFacts, RunState } from '../domain/run.js';
import type { MessageClass } from '../domain/scenario-schema.js';

/** Whose run it is, and of what: never changes (a merge of contacts aside). */
export interface RunIdentity {
  readonly id: string;
  readonly environmentId: string;
  readonly storeId: string;
  readonly clock: 'real' | 'virtual';
  readonly scenarioKey: string;
  readonly version: number;
  readonly messageClass: MessageClass;
  readonly contactId: string;
}

/** A row of `enrollments`. */
export interface StoredRun {
  readonly identity: RunIdentity;
  readonly state: RunState;
}

/** A row as PostgreSQL gives it, see `RUN_COLUMNS`. */
export interface RunRow {
  readonly id: string;
  readonly environment_id: string;
  readonly store_id: string;
  readonly clock: 'real' | 'virtual';
  readonly scenario_key: string;
  readonly version: number;
  readonly message_class: MessageClass;
  readonly contact_id: string;
  readonly subject: string;
  readonly state: RunState['state'];
  readonly position: string;
  readonly due_at: Date | null;
  readonly previous_at: Date;
  readonly entered_at: Date;
  readonly last_activity_at: Date;
  readonly pass: number;
  readonly round: number;
  readonly repeat_at: Date | null;
  readonly received: string | null;
  readonly touches: number;
  readonly variant: string;
  readonly holdout: boolean;
  readonly event: EventFacts;
  readonly end_reason: EndReason | null;
  readonly ended_at: Date | null;
}

/** The columns of a run but its event, of the table alias `r`. */
export const RUN_COLUMNS_BUT_EVENT = `r.id, r.environment_id, r.store_id, r.clock, r.scenario_key, r.version, r.message_class, r.contact_id,
  r.subject, r.state, r.position, r.due_at, r.previous_at, r.entered_at, r.last_activity_at, r.pass, r.round, r.repeat_at,
  r.received, r.touches, r.variant, r.holdout, r.end_reason, r.ended_at`;

/** The columns of a run, of the table alias `r`. */
export const RUN_COLUMNS = `${RUN_COLUMNS_BUT_EVENT}, r.event`;

/** Reads a row into the domain's words. */
export function storedRun(row: RunRow): StoredRun {
  return {
    identity: {
      id: row.id,
      environmentId: row.environment_id,
      storeId: row.store_id,
      clock: row.clock,
      scenarioKey: row.scenario_key,
      version: row.version,
      messageClass: row.message_class,
      contactId: row.contact_id,
    },
    state: {
      state: row.state,
      position: row.position,
      dueAt: row.due_at,
      previousAt: row.previous_at,
      enteredAt: row.entered_at,
      lastActivityAt: row.last_activity_at,
      pass: row.pass,
      round: row.round,
      repeatAt: row.repeat_at,
      received: row.received,
      touches: row.touches,
      variant: row.variant,
      holdout: row.holdout,
      subject: row.subject,
      event: row.event,
      endReason: row.end_reason,
      endedAt: row.ended_at,
    },
  };
}

import { ApiProperty } from '@nestjs/swagger';
import { Instant } from '../platform/http/described.js';

/** Whose run it is. */
export class EnrollmentContactView {
  @ApiProperty({ format: 'uuid', description: 'The person’s id.' })
  readonly id!: string;
  /** Null for somebody whose address is not known, or was erased. */
  readonly email!: string | null;
}

/** A run as the API shows it. */
export class EnrollmentView {
  @ApiProperty({ format: 'uuid', description: 'The run’s id.' })
  readonly id!: string;
  /** The scenario's key. */
  readonly scenario!: string;
  /** The scenario's version that the person entered; the run keeps it. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;
  readonly contact!: EnrollmentContactView;
  /** Key of the thing followed up, such as a cart; '' when the scenario names none. */
  readonly subject!: string;
  /** `waiting` for its next step, `sending` a letter, or `ended`. */
  readonly state!: 'waiting' | 'sending' | 'ended';
  /** Id of the step at which it stands, null behind the last one. */
  readonly step!: string | null;
  /** When its wait is over; null unless it waits. */
  @Instant()
  readonly dueAt!: string | null;
  /** The scenario is paused and the run came due meanwhile. */
  readonly held!: boolean;
  /** When the event happened that the run began with, or began again with. */
  @Instant()
  readonly enteredAt!: string;
  /** When the newest event happened that started, restarted or refreshed it. */
  @Instant()
  readonly lastActivityAt!: string;
  /** Letters of this run that went out. */
  @ApiProperty({ type: 'integer' })
  readonly touches!: number;
  /** The variants of splits that it has taken, joined by slashes; '' before the first. */
  readonly variant!: string;
  /** The person was held out: it walks the timeline and gets no letters. */
  readonly holdout!: boolean;
  /** How it ended, in the words of the scenario language, such as `completed` or `exited:purchased`; null while it runs. */
  readonly endReason!: string | null;
  /** When it ended; null while it runs. */
  @Instant()
  readonly endedAt!: string | null;
}

/** A row of `ENROLLMENT_ROWS`. */
export interface EnrollmentRow {
  readonly id: string;
  readonly scenario_key: string;
  readonly version: number;
  readonly contact_id: string;
  readonly email: string | null;
  readonly subject: string;
  readonly state: EnrollmentView['state'];
  readonly step: string | null;
  readonly due_at: Date | null;
  readonly held: boolean;
  readonly entered_at: Date;
  readonly last_activity_at: Date;
  readonly touches: number;
  readonly variant: string;
  readonly holdout: boolean;
  readonly end_reason: string | null;
  readonly ended_at: Date | null;
}

/** Runs as the API shows them; conditions on `r` are appended. */
export const ENROLLMENT_ROWS = `
SELECT r.id, r.scenario_key, r.version, r.contact_id, c.email, r.subject, r.state, r.due_at, r.held, r.entered_at,
  r.last_activity_at, r.touches, r.variant, r.holdout, r.end_reason, r.ended_at,
  v.document #>> string_to_array('steps.' || r.position || '.id', '.') AS step
FROM enrollments r
JOIN contacts c ON c.environment_id = r.environment_id AND c.id = r.contact_id
JOIN scenario_versions v ON v.store_id = r.store_id AND v.scenario_key = r.scenario_key AND v.version = r.version`;

/** Turns a row into what the API shows. */
export function enrollmentView(row: EnrollmentRow): EnrollmentView {
  return {
    id: row.id,
    scenario: row.scenario_key,
    version: row.version,
    contact: { id: row.contact_id, email: row.email },
    subject: row.subject,
    state: row.state,
    step: row.step,
    dueAt: row.due_at?.toISOString() ?? null,
    held: row.held,
    enteredAt: row.entered_at.toISOString(),
    lastActivityAt: row.last_activity_at.toISOString(),
    touches: row.touches,
    variant: row.variant,
    holdout: row.holdout,
    endReason: row.end_reason,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

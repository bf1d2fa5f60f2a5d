import { Injectable } from '@nestjs/common';
import type { EndReason } from '../domain/reasons.js';
import type { MessageOutcome } from '../domain/run.js';
import type { MessageClass } from '../domain/scenario-schema.js';
import type { Sql } from '../platform/database/sql.js';
import type { RunRef } from './ports.js';

/** A message that left its step. */
export interface LeftMessage extends RunRef {
  readonly stepId: string;
  readonly pass: number;
  readonly outcome: MessageOutcome;
}

/**
 * Moves runs on from outside their own due time: for delivery, tracking, contacts. Joins the caller's transaction, in
 * which the contacts of these runs are locked; takes the runs' locks sorted by (environment_id, id).
 */
@Injectable()
export class RunMover {
  /** Moves runs on from letters that went to `sending` or ended unsent; one that has moved on or ended meanwhile stays. */
  afterMessages(_tx: Sql, _items: readonly LeftMessage[], _at: Date): Promise<void> {
    throw new Error('not built yet');
  }

  /** Ends runs and takes back what they still had to send. */
  exit(_tx: Sql, _items: readonly (RunRef & { readonly reason: EndReason })[], _at: Date): Promise<void> {
    throw new Error('not built yet');
  }

  /** Completes those of these runs that stand at their end with no message on the way. */
  settle(_tx: Sql, _items: readonly RunRef[], _at: Date): Promise<void> {
    throw new Error('not built yet');
  }

  /** Ends the contact's running runs of these classes and takes back what they still had to send. */
  endForContact(
    _tx: Sql,
    _end: {
      readonly environmentId: string;
      readonly contactId: string;
      readonly reason: EndReason;
      readonly classes: readonly MessageClass[];
    },
    _at: Date,
  ): Promise<void> {
    throw new Error('not built yet');
  }
}

import { Injectable } from '@nestjs/common';
import { RunEnder } from '../contacts/ports.js';
import type { EndReason } from '../domain/reasons.js';
import type { Sql } from '../platform/database/sql.js';
import { RunMover } from './run-mover.js';

const EVERY_CLASS = ['marketing', 'care', 'service'] as const;

/** Ends the runs of a person who is erased. */
@Injectable()
export class StoredRunEnder extends RunEnder {
  constructor(private readonly mover: RunMover) {
    super();
  }

  endRuns(
    tx: Sql,
    {
      at,
      ...end
    }: { readonly environmentId: string; readonly contactId: string; readonly reason: EndReason; readonly at: Date },
  ): Promise<void> {
    return this.mover.endForContact(tx, { ...end, classes: EVERY_CLASS }, at);
  }
}

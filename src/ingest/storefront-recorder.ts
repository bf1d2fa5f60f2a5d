import { Injectable } from '@nestjs/common';
import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';
import { StageWaker } from '../platform/queue/stages.js';

/** Something that happened on a page of ours, or in a call of the API, and that scenarios may listen to. */
export interface OwnEvent {
  readonly environmentId: string;
  readonly contactId: string;
  readonly type: string;
  /** Lane time. */
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Puts events of our own into the inbox, in the transaction of what they tell about. */
@Injectable()
export class StorefrontRecorder {
  constructor(private readonly waker: StageWaker) {}

  /** The caller holds the contact's lock, as whoever writes an event of a contact does. */
  async record(tx: Sql, { environmentId, contactId, type, at, data }: OwnEvent): Promise<void> {
    const id = newId();
    await tx.query(RECORD, [environmentId, id, type, contactId, at, JSON.stringify(data)]);
    this.waker.wake('enrollments');
  }
}

const RECORD = `
INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data)
SELECT e.id, $2::uuid, clock_timestamp(), e.clock, $2::uuid::text, $3, $4, $5, $6::jsonb FROM environments e WHERE e.id = $1`;

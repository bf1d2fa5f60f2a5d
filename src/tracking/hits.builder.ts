import type { TestDatabase, TestStore } from '../../test/support/database.js';
import { aLetter } from '../../test/support/letters.js';
import { newId } from '../platform/ids.js';
import type { JudgedHit } from './hit.js';

const SENT_AT = new Date('2026-11-21T09:45:00Z');

/** A store's live mailbox: letters that were accepted at 9:45, and what is done with them from 10:00 on. */
export class Mailbox {
  constructor(
    private readonly database: TestDatabase,
    private readonly store: TestStore,
  ) {}

  letter(contactId: string): Promise<string> {
    const { liveId: environmentId, storeId } = this.store;
    return aLetter(this.database.engine, { environmentId, storeId, contactId, sentAt: SENT_AT });
  }

  /** A person's opening, unless it says otherwise. */
  hit(messageId: string, fields: Partial<JudgedHit> = {}): JudgedHit {
    return {
      id: newId(),
      environmentId: this.store.liveId,
      messageId,
      action: 'open',
      actor: 'person',
      verdict: 'person',
      linkIndex: null,
      url: null,
      receivedAt: '2026-11-21T10:00:00.000Z',
      userAgent: null,
      ...fields,
    };
  }

  /** What the letter's own counters say. */
  async figures(messageId: string): Promise<Record<string, unknown>> {
    const [row] = await this.database.engine.query(
      `SELECT opens, clicks, machine_opens, machine_clicks, first_opened_at, first_clicked_at, first_machine_opened_at
       FROM messages WHERE id = $1`,
      [messageId],
    );
    return row!;
  }
}

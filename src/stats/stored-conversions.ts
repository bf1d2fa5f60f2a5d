import { Injectable } from '@nestjs/common';
import { mayHoldAddress } from '../domain/email-address.js';
import { ConversionRecorder, type ConversionRow } from '../enrollments/ports.js';
import { BlindKeys } from '../platform/blind-keys.js';
import type { Sql } from '../platform/database/sql.js';

/**
 * The goal events of the inbox as rows that wait for attribution. A key in which a shop may have written an address is blind from the
 * start: the same order is then found by it before and after its person was erased.
 */
@Injectable()
export class StoredConversions extends ConversionRecorder {
  constructor(private readonly blind: BlindKeys) {
    super();
  }

  async record(tx: Sql, rows: readonly ConversionRow[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state)
       SELECT r."environmentId", r."eventId", r."orderKey", r.type, r."contactId", r."occurredAt", r.data, 'pending'
       FROM jsonb_to_recordset($1::jsonb) AS r("environmentId" uuid, "eventId" uuid, "orderKey" text, type text,
         "contactId" uuid, "occurredAt" timestamptz, data jsonb)
       ORDER BY 1, 2
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(rows.map((row) => ({ ...row, orderKey: this.keyOf(row) })))],
    );
  }

  private keyOf({ orderKey }: ConversionRow): string {
    return mayHoldAddress(orderKey) ? this.blind.of(orderKey) : orderKey;
  }
}

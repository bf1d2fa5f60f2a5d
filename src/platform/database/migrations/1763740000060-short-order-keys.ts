import type { MigrationInterface, QueryRunner } from 'typeorm';
import { subjectOf } from '../../../domain/subject.js';

const NIL = '00000000-0000-0000-0000-000000000000';
const ROWS_AT_ONCE = 10_000;

/**
 * Keys of orders are stored as `subjectOf` gives them: one that does not fit the index of credits stopped all crediting. No more than
 * the few long ones are written; some rows are read at a time, each page in a transaction of its own.
 */
export class ShortOrderKeys1763740000060 implements MigrationInterface {
  name = 'ShortOrderKeys1763740000060';
  readonly transaction = false;

  async up(q: QueryRunner): Promise<void> {
    for (let at: readonly [string, string] = [NIL, NIL]; ;) {
      const page = (await q.query(PAGE, [...at, ROWS_AT_ONCE])) as Row[];
      const last = page.at(-1);
      if (!last) return;
      for (const { environment_id: environment, event_id: event, long } of page)
        if (long !== null) await q.query(SHORTEN, [environment, event, subjectOf(long)]);
      at = [last.environment_id, last.event_id];
    }
  }

  async down(): Promise<void> {
    // What a key was is gone; to the version before it is a key as any other.
  }
}

interface Row {
  readonly environment_id: string;
  readonly event_id: string;
  /** A key of an order that may be too long; null for any other. */
  readonly long: string | null;
}

// A character is one or two of the units that subjects are measured in.
const PAGE = `
SELECT environment_id, event_id, CASE WHEN length(order_key) > 100 AND order_key NOT LIKE 'event:%' THEN order_key END AS long
FROM conversions WHERE (environment_id, event_id) > ($1::uuid, $2::uuid)
ORDER BY environment_id, event_id LIMIT $3`;

const SHORTEN = 'UPDATE conversions SET order_key = $3 WHERE environment_id = $1 AND event_id = $2';

import type { MigrationInterface, QueryRunner } from 'typeorm';

const NIL = '00000000-0000-0000-0000-000000000000';
const ROWS_AT_ONCE = 10_000;

/**
 * Goal events that tell of no order are known by `event:` and their id, because shops number orders and events alike. An order's
 * key stays as it is, so that processes of the version before and this one name an order alike. What an erased person's event
 * told is gone: of those every `order.*` is taken for one that named its order, as nearly all do.
 * Some rows at a time, each in a transaction of its own; a run that broke off goes on where it was.
 */
export class OrderKeysApart1763740000047 implements MigrationInterface {
  name = 'OrderKeysApart1763740000047';
  readonly transaction = false;

  async up(q: QueryRunner): Promise<void> {
    for (let at: readonly [string, string] | null = [NIL, NIL]; at;) {
      const rows = (await q.query(PREFIX, [...at, ROWS_AT_ONCE])) as { environment_id: string; event_id: string }[];
      const last = rows[0];
      at = last ? [last.environment_id, last.event_id] : null;
    }
  }

  async down(): Promise<void> {
    // The keys stay: taken back, an event's might be an order's again. To the version before they are keys as any others.
  }
}

const PREFIX = `
WITH page AS MATERIALIZED (
  SELECT environment_id, event_id, order_key NOT LIKE 'event:%' AND NOT (type LIKE 'order.%'
    AND (data = '{}' OR coalesce(jsonb_typeof(data -> 'orderId'), 'null') IN ('string', 'number'))) AS is_event
  FROM conversions WHERE (environment_id, event_id) > ($1::uuid, $2::uuid)
  ORDER BY environment_id, event_id LIMIT $3
), prefixed AS (
  UPDATE conversions c SET order_key = 'event:' || c.order_key FROM page p
  WHERE p.is_event AND c.environment_id = p.environment_id AND c.event_id = p.event_id
)
SELECT environment_id, event_id FROM page ORDER BY environment_id DESC, event_id DESC LIMIT 1`;

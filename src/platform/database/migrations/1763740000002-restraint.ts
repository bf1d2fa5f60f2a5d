import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What holding letters back needs. `meant_at` is when a letter that was put off was first meant to go (null: it was not put
 * off), because `due_at` moves with every wait and `late` must not. The index answers how often a store tells of its orders.
 * Caps become a list of limits.
 */
export class Restraint1763740000002 implements MigrationInterface {
  name = 'Restraint1763740000002';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE messages ADD COLUMN meant_at timestamptz`);
    await q.query(`CREATE INDEX storefront_events_orders ON storefront_events (environment_id, received_at)
      WHERE type LIKE 'order.%'`);
    await q.query(`UPDATE stores SET settings = jsonb_set(settings, '{caps}', jsonb_build_array(jsonb_build_object(
        'max', settings -> 'caps' -> 'letters', 'per', 'P' || (settings -> 'caps' ->> 'days') || 'D')))
      WHERE jsonb_typeof(settings -> 'caps') = 'object'`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`UPDATE stores SET settings = settings - 'caps'`);
    await q.query(`DROP INDEX storefront_events_orders`);
    await q.query(`ALTER TABLE messages DROP COLUMN meant_at`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An order is credited once, and no longer known once: every goal event that tells of it is kept, and of those one has the letter.
 * Not CONCURRENTLY: that would wait for every open statement, also for the one of a process that starts at the same moment and waits
 * for this very migration. Goal events are few beside events, and a million of them are indexed in a second or two.
 */
export class CreditedOnce1763740000046 implements MigrationInterface {
  name = 'CreditedOnce1763740000046';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE UNIQUE INDEX conversions_credited ON conversions (environment_id, order_key)
      WHERE message_id IS NOT NULL`);
    await q.query('ALTER TABLE conversions DROP CONSTRAINT conversions_once');
  }

  async down(q: QueryRunner): Promise<void> {
    // Of each order the event that has the credit stays, else the earliest.
    await q.query(`DELETE FROM conversions c USING (SELECT environment_id, event_id, row_number() OVER (
        PARTITION BY environment_id, order_key ORDER BY message_id IS NULL, occurred_at, event_id) AS place FROM conversions) o
      WHERE c.environment_id = o.environment_id AND c.event_id = o.event_id AND o.place > 1`);
    await q.query('ALTER TABLE conversions ADD CONSTRAINT conversions_once UNIQUE (environment_id, order_key)');
    await q.query('DROP INDEX conversions_credited');
  }
}

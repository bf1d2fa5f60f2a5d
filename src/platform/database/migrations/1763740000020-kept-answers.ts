import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Answers kept for repeated requests are sealed from now on: earlier ones, which hold secrets of new keys in clear, go.
 * The index lets the daily maintenance forget old fingerprints of reports (BRIN: they come in the order of received_at).
 */
export class KeptAnswers1763740000020 implements MigrationInterface {
  name = 'KeptAnswers1763740000020';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`DELETE FROM idempotency_keys WHERE response IS NOT NULL`);
    await q.query(`CREATE INDEX provider_event_keys_received ON provider_event_keys USING brin (received_at)
      WITH (pages_per_range = 32)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX provider_event_keys_received`);
    await q.query(`DELETE FROM idempotency_keys WHERE response IS NOT NULL`);
  }
}

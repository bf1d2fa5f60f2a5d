import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The blocked address of an erased person is kept as a blind key (HMAC) in `email_key`, without the address. The index finds at
 * once whether there is any.
 */
export class BlindSuppressions1763740000039 implements MigrationInterface {
  name = 'BlindSuppressions1763740000039';

  async up(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE suppressions ALTER COLUMN email DROP NOT NULL');
    await q.query('CREATE INDEX suppressions_blind ON suppressions (environment_id) WHERE email IS NULL');
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP INDEX suppressions_blind');
    await q.query('DELETE FROM suppressions WHERE email IS NULL');
    await q.query('ALTER TABLE suppressions ALTER COLUMN email SET NOT NULL');
  }
}

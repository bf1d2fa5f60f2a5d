import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The rate by which the instants of a store's waiting letters were made, so that another one is seen and they are spread anew. Rows from before
 * have none: what waits under a rate is spread once, at the same rate.
 */
export class FollowedRates1763740000040 implements MigrationInterface {
  name = 'FollowedRates1763740000040';

  async up(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE store_providers ADD COLUMN rate text');
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE store_providers DROP COLUMN rate');
  }
}

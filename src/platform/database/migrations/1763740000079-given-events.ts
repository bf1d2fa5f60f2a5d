import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which event a run's latest wait for one was given: the next wait may begin at that very instant, and waits for another. */
export class GivenEvents1763740000079 implements MigrationInterface {
  name = 'GivenEvents1763740000079';

  async up(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE enrollments ADD COLUMN received text');
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE enrollments DROP COLUMN received');
  }
}

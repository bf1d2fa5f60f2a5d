import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds runs behind their last letter: those that a killed process did not complete are completed by the next one. */
export class StandingRuns1763740000031 implements MigrationInterface {
  name = 'StandingRuns1763740000031';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE INDEX enrollments_standing ON enrollments (id)
      WHERE state = 'sending' AND position = 'end' AND clock = 'real'`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX enrollments_standing`);
  }
}

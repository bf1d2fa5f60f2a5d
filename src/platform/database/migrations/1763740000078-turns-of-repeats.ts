import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the turns of a repeat are counted from; which turn a run is in, `round`, is there from the beginning. */
export class TurnsOfRepeats1763740000078 implements MigrationInterface {
  name = 'TurnsOfRepeats1763740000078';

  async up(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE enrollments ADD COLUMN repeat_at timestamptz');
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE enrollments DROP COLUMN repeat_at');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Letters that were accepted and got lost or were complained of. Not by `delivery`, though that is asked for: an index that knows it
 * would be written for every letter that is reported delivered.
 */
export class LostLetters1763740000077 implements MigrationInterface {
  name = 'LostLetters1763740000077';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE INDEX messages_lost ON messages (environment_id, created_at, id)
      WHERE bounced_at IS NOT NULL OR complained_at IS NOT NULL`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP INDEX messages_lost');
  }
}

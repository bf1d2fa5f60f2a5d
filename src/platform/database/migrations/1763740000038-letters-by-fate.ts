import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Letters that did not simply go out, by what became of them: whoever lists the failed ones must not wait until all that were
 * accepted since have been looked at. A letter on its usual way never enters this index.
 */
export class LettersByFate1763740000038 implements MigrationInterface {
  name = 'LettersByFate1763740000038';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE INDEX messages_fate ON messages (environment_id, state, created_at, id)
      WHERE state NOT IN ('planned', 'claimed', 'sending', 'accepted')`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP INDEX messages_fate');
  }
}

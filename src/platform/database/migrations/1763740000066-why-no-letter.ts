import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * In which words a letter that could not be made is explained: `template_error` alone does not say which variable was missing.
 * A column without a default is added without a look at the rows.
 */
export class WhyNoLetter1763740000066 implements MigrationInterface {
  name = 'WhyNoLetter1763740000066';

  async up(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE messages ADD COLUMN detail text');
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE messages DROP COLUMN detail');
  }
}

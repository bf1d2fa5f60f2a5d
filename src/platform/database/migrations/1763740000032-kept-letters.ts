import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A letter is kept as what its template version does not say already (`letter`); rows from before keep whole parts (`html` and
 * `text`, brotli). Versions that letters point into stay when their template is deleted, so they no longer need its row.
 */
export class KeptLetters1763740000032 implements MigrationInterface {
  name = 'KeptLetters1763740000032';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      ALTER TABLE message_bodies ADD COLUMN letter bytea, ALTER COLUMN letter SET STORAGE EXTERNAL,
        ALTER COLUMN html DROP NOT NULL, ALTER COLUMN text DROP NOT NULL,
        ADD CONSTRAINT message_bodies_one_way CHECK (letter IS NULL OR (html IS NULL AND text IS NULL)) NOT VALID`);
    // A letter with its headers has two to three kilobytes: it stays in its row, where PostgreSQL would move it out from 2 KB on.
    await q.query(`ALTER TABLE message_bodies SET (toast_tuple_target = 8160)`);
    await q.query(`ALTER TABLE template_versions DROP CONSTRAINT template_versions_template`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DELETE FROM message_bodies WHERE letter IS NOT NULL`);
    await q.query(`
      ALTER TABLE message_bodies DROP CONSTRAINT message_bodies_one_way, DROP COLUMN letter,
        ALTER COLUMN html SET NOT NULL, ALTER COLUMN text SET NOT NULL, RESET (toast_tuple_target)`);
    await q.query(`
      DELETE FROM template_versions v
      WHERE NOT EXISTS (SELECT 1 FROM templates t WHERE t.store_id = v.store_id AND t.key = v.template_key)`);
    await q.query(`ALTER TABLE template_versions ADD CONSTRAINT template_versions_template
      FOREIGN KEY (store_id, template_key) REFERENCES templates (store_id, key)`);
  }
}

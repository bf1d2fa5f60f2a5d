import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What people say about their letters beside yes and no. `declined` lists the classes and groups that a person does not want
 * (`class:care`, `group:carts`), null when nothing was ever declined; until `paused_until` only service letters go. Columns of
 * the contact, because the guard reads its row anyway, under its lock; row-level security is the table's.
 */
export class Preferences1763740000006 implements MigrationInterface {
  name = 'Preferences1763740000006';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE contacts ADD COLUMN declined text[], ADD COLUMN paused_until timestamptz`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE contacts DROP COLUMN declined, DROP COLUMN paused_until`);
  }
}

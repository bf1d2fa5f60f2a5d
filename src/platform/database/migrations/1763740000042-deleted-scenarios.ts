import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The last version number of scenarios that were deleted: one that gets the same key later goes on behind it. Every process keeps
 * versions compiled by their number, and figures name them by it, so that no number may mean two documents. Of scenarios that were
 * deleted before nothing is left that names a version: nobody had been in them, and processes begin anew with this migration.
 */
export class DeletedScenarios1763740000042 implements MigrationInterface {
  name = 'DeletedScenarios1763740000042';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE deleted_scenarios (
        store_id uuid NOT NULL REFERENCES stores (id),
        key text NOT NULL,
        last_version integer NOT NULL,
        PRIMARY KEY (store_id, key)
      );
      GRANT SELECT, INSERT, UPDATE, DELETE ON deleted_scenarios TO touchmap_request, touchmap_engine;
      ALTER TABLE deleted_scenarios ENABLE ROW LEVEL SECURITY;
      ALTER TABLE deleted_scenarios FORCE ROW LEVEL SECURITY;
      CREATE POLICY deleted_scenarios_request ON deleted_scenarios TO touchmap_request
        USING (store_id = nullif(current_setting('app.store', true), '')::uuid);
      CREATE POLICY deleted_scenarios_engine ON deleted_scenarios TO touchmap_engine USING (true) WITH CHECK (true)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP TABLE deleted_scenarios');
  }
}

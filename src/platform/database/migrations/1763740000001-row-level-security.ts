import type { MigrationInterface, QueryRunner } from 'typeorm';

const BY_ENVIRONMENT = [
  'idempotency_keys',
  'contacts',
  'contact_keys',
  'consents',
  'suppressions',
  'publications',
  'storefront_events',
  'event_keys',
  'enrollments',
  'enrollment_steps',
  'messages',
  'message_bodies',
  'send_attempts',
  'engagements',
  'conversions',
  'stats_daily',
  'stats_dirty',
];
const BY_STORE = ['api_keys', 'environments', 'scenarios', 'scenario_versions', 'templates', 'template_versions'];

/**
 * The second wall between tenants: the service works as one of two plain roles (a superuser would bypass every policy).
 * `touchmap_request` answers API calls and sees only the store and environment named by app.store and app.environment
 * in its transaction; `touchmap_engine` runs batches over all stores. Without the setting a request sees no row: after a
 * transaction the setting is '' and not NULL, hence nullif.
 */
export class RowLevelSecurity1763740000001 implements MigrationInterface {
  name = 'RowLevelSecurity1763740000001';

  async up(q: QueryRunner): Promise<void> {
    for (const role of ['touchmap_request', 'touchmap_engine'])
      // Roles belong to the whole server: another database of it may be creating the same one at this moment.
      await q.query(`DO $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role} NOLOGIN; END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
    await q.query(`DO $$ BEGIN
      IF NOT pg_has_role(current_user, 'touchmap_request', 'MEMBER') OR NOT pg_has_role(current_user, 'touchmap_engine', 'MEMBER')
      THEN EXECUTE format('GRANT touchmap_request, touchmap_engine TO %I', current_user); END IF; END $$`);
    await q.query(`GRANT USAGE ON SCHEMA public TO touchmap_request, touchmap_engine`);
    await q.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO touchmap_request, touchmap_engine`,
    );
    await q.query(`GRANT EXECUTE ON FUNCTION ensure_month_partitions(integer) TO touchmap_engine`);
    for (const [tables, column, setting] of [
      [BY_ENVIRONMENT, 'environment_id', 'app.environment'],
      [BY_STORE, 'store_id', 'app.store'],
      [['stores'], 'id', 'app.store'],
    ] as const)
      for (const table of tables) {
        await q.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
        await q.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
        await q.query(`CREATE POLICY ${table}_request ON ${table} TO touchmap_request
          USING (${column} = nullif(current_setting('${setting}', true), '')::uuid)`);
        await q.query(`CREATE POLICY ${table}_engine ON ${table} TO touchmap_engine USING (true) WITH CHECK (true)`);
      }
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of [...BY_ENVIRONMENT, ...BY_STORE, 'stores']) {
      await q.query(`DROP POLICY ${table}_request ON ${table}`);
      await q.query(`DROP POLICY ${table}_engine ON ${table}`);
      await q.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
      await q.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
    }
  }
}

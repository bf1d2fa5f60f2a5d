import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An owner who is no superuser may work as the two roles. Since PostgreSQL 16 whoever creates a role becomes its member with the right to
 * grant it and none to set it, and a member has no need to be granted it, the first migration believed.
 */
export class RolesToSet1763740000072 implements MigrationInterface {
  name = 'RolesToSet1763740000072';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`DO $$ DECLARE
      may text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
    BEGIN
      IF NOT pg_has_role(current_user, 'touchmap_request', may) OR NOT pg_has_role(current_user, 'touchmap_engine', may)
      THEN EXECUTE format('GRANT touchmap_request, touchmap_engine TO %I', current_user); END IF; END $$`);
  }

  /** Nothing to undo: the membership is the whole server's, and harmless. */
  async down(): Promise<void> {
    return Promise.resolve();
  }
}

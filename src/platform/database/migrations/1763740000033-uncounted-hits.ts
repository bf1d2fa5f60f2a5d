import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Hits that are answered and not yet counted on their letters (docs/adr/0013). */
export class UncountedHits1763740000033 implements MigrationInterface {
  name = 'UncountedHits1763740000033';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      -- One row a group of hits that was stored together: its hits side by side in three arrays. Append only, so that
      -- writers never wait for one another; whoever has counted a row deletes it.
      CREATE TABLE uncounted_hits (
        environment_id uuid NOT NULL,
        queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        id bigint GENERATED ALWAYS AS IDENTITY,
        message_ids uuid[] NOT NULL,
        -- open, click, machine_open or machine_click
        acts text[] NOT NULL,
        occurred_ats timestamptz[] NOT NULL,
        PRIMARY KEY (queued_at, id)
      ) WITH (autovacuum_vacuum_scale_factor = 0.01);
      -- Rows live for a second: packing large ones would cost more than it spares.
      ALTER TABLE uncounted_hits ALTER COLUMN message_ids SET STORAGE EXTERNAL, ALTER COLUMN acts SET STORAGE EXTERNAL,
        ALTER COLUMN occurred_ats SET STORAGE EXTERNAL;
      GRANT SELECT, INSERT, UPDATE, DELETE ON uncounted_hits TO touchmap_request, touchmap_engine;
      ALTER TABLE uncounted_hits ENABLE ROW LEVEL SECURITY;
      ALTER TABLE uncounted_hits FORCE ROW LEVEL SECURITY;
      CREATE POLICY uncounted_hits_request ON uncounted_hits TO touchmap_request
        USING (environment_id = nullif(current_setting('app.environment', true), '')::uuid);
      CREATE POLICY uncounted_hits_engine ON uncounted_hits TO touchmap_engine USING (true) WITH CHECK (true)`);
  }

  async down(q: QueryRunner): Promise<void> {
    // What waits is counted by nobody any more.
    await q.query(`DROP TABLE uncounted_hits`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is known of the way from a store to its provider, shared by all processes: the bucket of its rate, the day of its
 * warm-up, a pause that the provider asked for, and since when it refuses everything. A row is made when there is something to
 * tell; a store without limits and troubles has none.
 */
export class StoreProviders1763740000021 implements MigrationInterface {
  name = 'StoreProviders1763740000021';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE store_providers (
        store_id uuid NOT NULL REFERENCES stores (id),
        provider text NOT NULL,
        -- More than any bucket holds: a new one is full.
        tokens double precision NOT NULL DEFAULT 1e9,
        refilled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        again_until timestamptz NOT NULL DEFAULT clock_timestamp(),
        first_until timestamptz NOT NULL DEFAULT clock_timestamp(),
        paused_until timestamptz,
        day date,
        sent_today integer NOT NULL DEFAULT 0,
        waiting_today integer NOT NULL DEFAULT 0,
        circuit_since timestamptz,
        circuit_until timestamptz,
        PRIMARY KEY (store_id, provider)
      );
      GRANT SELECT, INSERT, UPDATE, DELETE ON store_providers TO touchmap_request, touchmap_engine;
      ALTER TABLE store_providers ENABLE ROW LEVEL SECURITY;
      ALTER TABLE store_providers FORCE ROW LEVEL SECURITY;
      CREATE POLICY store_providers_request ON store_providers TO touchmap_request
        USING (store_id = nullif(current_setting('app.store', true), '')::uuid);
      CREATE POLICY store_providers_engine ON store_providers TO touchmap_engine USING (true) WITH CHECK (true)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE store_providers`);
  }
}

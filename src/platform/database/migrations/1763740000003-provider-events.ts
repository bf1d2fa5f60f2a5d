import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['connectors', 'provider_events', 'provider_event_keys', 'soft_bounces'];

/** What providers report of letters: who may report, what was reported, and how far a letter came. */
export class ProviderEvents1763740000003 implements MigrationInterface {
  name = 'ProviderEvents1763740000003';

  async up(q: QueryRunner): Promise<void> {
    await q.query(SCHEMA);
    for (const table of TABLES) {
      await q.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO touchmap_request, touchmap_engine`);
      await q.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await q.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await q.query(`CREATE POLICY ${table}_request ON ${table} TO touchmap_request
        USING (environment_id = nullif(current_setting('app.environment', true), '')::uuid)`);
      await q.query(`CREATE POLICY ${table}_engine ON ${table} TO touchmap_engine USING (true) WITH CHECK (true)`);
    }
    await q.query(partitionsOf(['storefront_events', 'engagements', 'provider_events']));
    await q.query('SELECT ensure_month_partitions(2)');
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(partitionsOf(['storefront_events', 'engagements']));
    await q.query(`ALTER TABLE messages DROP COLUMN delivery`);
    await q.query(`DROP TABLE ${TABLES.join(', ')}`);
  }
}

const SCHEMA = `
-- Who may report: a SendGrid account by its verification key, a reader of the bounce mailbox by its secret.
CREATE TABLE connectors (
  environment_id uuid NOT NULL REFERENCES environments (id),
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('sendgrid', 'bounces')),
  name text NOT NULL,
  public_key text,
  secret_hash bytea,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment_id, id),
  CONSTRAINT connectors_id_unique UNIQUE (id),
  CONSTRAINT connectors_proof CHECK ((kind = 'sendgrid') = (public_key IS NOT NULL) AND (kind = 'bounces') = (secret_hash IS NOT NULL))
);
-- Reports as they were understood, without any address. message_id is null where the letter is not known here (parked).
CREATE TABLE provider_events (
  environment_id uuid NOT NULL,
  id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  connector_id uuid NOT NULL,
  message_id uuid,
  kind text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('applied', 'parked')),
  occurred_at timestamptz NOT NULL,
  provider_message_id text,
  detail text,
  PRIMARY KEY (environment_id, id, received_at)
) PARTITION BY RANGE (received_at);
CREATE TABLE provider_events_default PARTITION OF provider_events DEFAULT;
CREATE INDEX provider_events_message ON provider_events (environment_id, message_id, occurred_at);
-- What must stay unique for longer than a partition's month: the fingerprint of a report.
CREATE TABLE provider_event_keys (
  environment_id uuid NOT NULL,
  key text NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, key)
);
-- Days on which an address refused letters for now, since its last delivery.
CREATE TABLE soft_bounces (
  environment_id uuid NOT NULL,
  email_key text NOT NULL,
  day date NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, email_key, day)
);
ALTER TABLE messages ADD COLUMN delivery text
  CONSTRAINT messages_delivery_known CHECK (delivery IN ('processed', 'deferred', 'delivered', 'blocked', 'bounced', 'dropped', 'complained'));
`;

/** The function that makes the months' partitions of these tables. */
export function partitionsOf(parents: readonly string[]): string {
  return `
CREATE OR REPLACE FUNCTION ensure_month_partitions(months_ahead integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  parent text;
  month date;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('touchmap.partitions'));
  FOREACH parent IN ARRAY ARRAY[${parents.map((parent) => `'${parent}'`).join(', ')}] LOOP
    FOR i IN 0..months_ahead LOOP
      month := (date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => i))::date;
      IF to_regclass(format('%I', parent || '_' || to_char(month, 'YYYY_MM'))) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', parent || '_' || to_char(month, 'YYYY_MM'),
          parent, month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
      END IF;
    END LOOP;
  END LOOP;
END $$`;
}

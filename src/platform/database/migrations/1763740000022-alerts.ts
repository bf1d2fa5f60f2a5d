import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the people who run the service are told, of the installation and not of a tenant: hence no row-level security and
 * nothing for the request role. One open row a trouble makes an episode, however many processes see it; a notice is a row, so
 * that one of them sends it.
 */
export class Alerts1763740000022 implements MigrationInterface {
  name = 'Alerts1763740000022';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE alerts (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        -- A store's key, a kind of work or a machine; never a person.
        subject text NOT NULL,
        text text NOT NULL,
        -- Only this machine can see that the trouble is over; null: every process can.
        host text,
        opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        recovered_at timestamptz
      );
      CREATE UNIQUE INDEX alerts_one_open ON alerts (kind, subject) WHERE recovered_at IS NULL;
      CREATE TABLE alert_notices (
        alert_id uuid NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        event text NOT NULL CHECK (event IN ('opened', 'recovered')),
        channel text NOT NULL CHECK (channel IN ('mail', 'webhook')),
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        sent_at timestamptz,
        PRIMARY KEY (alert_id, event, channel)
      );
      CREATE INDEX alert_notices_open ON alert_notices (next_attempt_at) WHERE sent_at IS NULL;
      GRANT SELECT, INSERT, UPDATE, DELETE ON alerts, alert_notices TO touchmap_engine`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE alert_notices, alerts`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { partitionsOf } from './1763740000003-provider-events.js';

/**
 * A month's partition is made beside its table and then attached, which lets everybody write meanwhile (CREATE TABLE … PARTITION OF
 * locks the whole table), and whatever waits for a lock gives up after a second: a backup holds its locks for as long as it takes,
 * and ingest, which queues behind the one that waits, gives up after 1.5 seconds. Rows that came to the DEFAULT partition while
 * their month was missing move into it.
 */
export class MonthsWithoutWaiting1763740000051 implements MigrationInterface {
  name = 'MonthsWithoutWaiting1763740000051';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`${ONE_MONTH}${MONTHS_AHEAD}
      ALTER FUNCTION drop_month_partitions(integer) SET lock_timeout = '1s';
      REVOKE EXECUTE ON FUNCTION ensure_month_partition(text, date) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION ensure_month_partition(text, date) TO touchmap_engine`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(partitionsOf(['storefront_events', 'engagements', 'provider_events']));
    await q.query(`
      ALTER FUNCTION drop_month_partitions(integer) SET lock_timeout = '5s';
      DROP FUNCTION ensure_month_partition(text, date)`);
  }
}

/**
 * Only where there are rows to move is the whole table locked, for as long as that takes: a statement planned before would look
 * for them where they were.
 */
const ONE_MONTH = `
CREATE FUNCTION ensure_month_partition(parent text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '1s' AS $$
DECLARE
  part text := parent || '_' || to_char(month, 'YYYY_MM');
  begins timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
  ends timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
  strays boolean;
BEGIN
  IF parent NOT IN ('storefront_events', 'engagements', 'provider_events') THEN
    RAISE EXCEPTION '% is not partitioned by month', parent;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('touchmap.partitions'));
  IF to_regclass(format('%I', part)) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION)', part, parent);
  EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE received_at >= $1 AND received_at < $2)', parent || '_default')
    INTO strays USING begins, ends;
  IF strays THEN
    EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', parent);
    EXECUTE format('WITH gone AS (DELETE FROM %I WHERE received_at >= $1 AND received_at < $2 RETURNING *)
      INSERT INTO %I SELECT * FROM gone', parent || '_default', part) USING begins, ends;
  END IF;
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, begins, ends);
END $$;
`;

/** Events come last: what was locked for them is free at once. */
const MONTHS_AHEAD = `
CREATE OR REPLACE FUNCTION ensure_month_partitions(months_ahead integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '1s' AS $$
DECLARE
  parent text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['engagements', 'provider_events', 'storefront_events'] LOOP
    FOR i IN 0..months_ahead LOOP
      PERFORM ensure_month_partition(parent,
        (date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => i))::date);
    END LOOP;
  END LOOP;
END $$;
`;

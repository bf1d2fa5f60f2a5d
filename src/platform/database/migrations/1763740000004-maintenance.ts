import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the daily maintenance and the health check need: partitions are dropped and the server's other sessions looked at
 * by functions of the owner, so that the service's plain roles need no right to do either.
 */
export class Maintenance1763740000004 implements MigrationInterface {
  name = 'Maintenance1763740000004';

  async up(q: QueryRunner): Promise<void> {
    for (const statement of [PARTITIONS, SESSIONS, INDEXES]) await q.query(statement);
    await q.query(`
      REVOKE EXECUTE ON FUNCTION drop_month_partitions(integer), default_partition_rows(), oldest_horizon() FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION drop_month_partitions(integer), default_partition_rows(), oldest_horizon()
        TO touchmap_engine`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP INDEX messages_unresolved;
      DROP INDEX event_keys_received;
      DROP FUNCTION drop_month_partitions(integer), default_partition_rows(), oldest_horizon()`);
  }
}

/**
 * Only tables that are partitioned by month with names of ensure_month_partitions can lose one. A partition goes when the
 * whole of it is older than so many months, counted from the first of this month; at least one full month always stays.
 * Waits at most 5 seconds for its lock, because everything that reads the table would queue behind it: it comes again.
 */
const PARTITIONS = `
CREATE FUNCTION drop_month_partitions(keep_months integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '5s' AS $$
DECLARE
  old text;
  first_kept text;
BEGIN
  IF keep_months < 1 THEN RAISE EXCEPTION 'at least one month must be kept'; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('touchmap.partitions'));
  first_kept := to_char(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') - make_interval(months => keep_months), 'YYYY_MM');
  FOR old IN
    SELECT c.relname FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
    WHERE p.relkind = 'p' AND p.relnamespace = 'public'::regnamespace
      AND p.relname IN ('storefront_events', 'engagements', 'provider_events')
      AND c.relname ~ ('^' || p.relname || '_[0-9]{4}_[0-9]{2}$') AND right(c.relname, 7) < first_kept
    ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE %I', old);
    RETURN NEXT old;
  END LOOP;
END $$;
-- Rows in DEFAULT partitions say that a month's partition was missing when they came: its creation fails until they move.
CREATE FUNCTION default_partition_rows() RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
  part text;
  found boolean;
BEGIN
  FOR part IN
    SELECT c.relname FROM pg_class c
    WHERE c.relispartition AND c.relnamespace = 'public'::regnamespace AND pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT'
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part) INTO found;
    IF found THEN RETURN NEXT part; END IF;
  END LOOP;
END $$;
`;

/** What keeps dead rows from being cleared: an open transaction, a forgotten replication slot, a prepared transaction. */
const SESSIONS = `
CREATE FUNCTION oldest_horizon(OUT xids bigint, OUT transaction_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT coalesce((SELECT max(age) FROM (
      SELECT max(age(backend_xmin)) AS age FROM pg_stat_activity WHERE pid <> pg_backend_pid()
      UNION ALL SELECT max(greatest(age(xmin), age(catalog_xmin))) FROM pg_replication_slots
      UNION ALL SELECT max(age(transaction)) FROM pg_prepared_xacts) AS ages), 0)::bigint,
    coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND datname = current_database()), 0)::double precision
$$;
`;

/** BRIN, because every event pays for an index of its key: rows come in the order of received_at. */
const INDEXES = `
CREATE INDEX messages_unresolved ON messages (environment_id, id) WHERE state = 'unresolved';
CREATE INDEX event_keys_received ON event_keys USING brin (received_at) WITH (pages_per_range = 32);
`;

/**
 * For the transaction of `LIFT`, which reads all of a scenario: rows are joined by hashing, however few of them a young database, whose
 * tables nobody has analysed, believes there are.
 */
export const READ_ALL = `SELECT set_config('enable_nestloop', 'off', true)`;

/**
 * People with letters and people held out, by the percent that was held out when they were drawn; $1 environment, $2 scenario key, $3 and
 * $4 the span of instants (the second excluded; null: unbounded), $5 now, $6 versions with their percent, $7 goals of versions.
 *
 * A person counts once, from the first letter of the scenario that they reached, whatever became of it: up to there the draw has changed nothing, so
 * that both sides were chosen alike. A letter that is sent once more, which only the side with letters can have, is due anew and was reached when its
 * row was made. Who was drawn while nobody was held out, or everybody, has nobody to be compared with.
 */
export const LIFT = `
WITH version AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($6::jsonb) AS v(version integer, percent double precision)
), goal AS MATERIALIZED (
  SELECT version, type, make_interval(secs => "withinMs" / 1000) AS within
  FROM jsonb_to_recordset($7::jsonb) AS g(version integer, type text, "withinMs" double precision)
), run AS MATERIALIZED (
  SELECT id, contact_id, version, holdout, entered_at FROM enrollments WHERE environment_id = $1 AND scenario_key = $2
), drawn AS (
  SELECT DISTINCT ON (contact_id) contact_id, version, holdout FROM run ORDER BY contact_id, entered_at, id
), compared AS MATERIALIZED (
  SELECT d.contact_id, d.holdout, v.percent
  FROM drawn d
  JOIN version v ON v.version = d.version AND v.percent > 0 AND v.percent < 100
), reached AS (
  SELECT DISTINCT ON (d.contact_id) d.contact_id, d.holdout, d.percent, m.version, f.at
  FROM compared d
  JOIN run r ON r.contact_id = d.contact_id
  JOIN messages m ON m.environment_id = $1 AND m.scenario_key = $2 AND m.enrollment_id = r.id
  CROSS JOIN LATERAL (SELECT least(m.meant_at, m.due_at, m.created_at) AS at) f
  ORDER BY d.contact_id, f.at, m.id
), person AS MATERIALIZED (
  SELECT reached.*, (SELECT max(g.within) FROM goal g WHERE g.version = reached.version) AS within
  FROM reached
  WHERE ($3::timestamptz IS NULL OR at >= $3) AND ($4::timestamptz IS NULL OR at < $4)
    AND EXISTS (SELECT FROM goal g WHERE g.version = reached.version)
), act AS MATERIALIZED (
  SELECT p.contact_id, p.version, p.at, c.type, c.occurred_at, c.order_key
  FROM person p
  JOIN conversions c ON c.environment_id = $1 AND c.contact_id = p.contact_id
), bought AS (
  SELECT a.contact_id, count(DISTINCT a.order_key) AS orders
  FROM act a
  JOIN goal g ON g.version = a.version AND g.type = a.type AND a.occurred_at BETWEEN a.at AND a.at + g.within
  GROUP BY a.contact_id
)
SELECT p.percent, p.holdout, count(*)::integer AS people, count(b.contact_id)::integer AS buyers,
  coalesce(sum(b.orders), 0)::integer AS orders, count(*) FILTER (WHERE p.at + p.within > $5)::integer AS open
FROM person p
LEFT JOIN bought b ON b.contact_id = p.contact_id
GROUP BY p.percent, p.holdout`;

/**
 * People by the variant that they were drawn into, and the version by whose weights; $1 environment, $2 scenario key, $3 and $4 the span of
 * instants (the second excluded; null: unbounded), $5 now, $6 goals of versions. For a transaction after `READ_ALL`.
 *
 * A person counts once, by their first run that took a variant, from the instant at which it did: up to there all went the same way. A buyer is who
 * reaches a goal of that version within its time from there. Who is held out gets no letters of any variant, and is left out.
 */
export const VARIANTS = `
WITH goal AS MATERIALIZED (
  SELECT version, type, make_interval(secs => "withinMs" / 1000) AS within
  FROM jsonb_to_recordset($6::jsonb) AS g(version integer, type text, "withinMs" double precision)
), drawn AS MATERIALIZED (
  SELECT DISTINCT ON (contact_id) contact_id, id, version, variant
  FROM enrollments
  WHERE environment_id = $1 AND scenario_key = $2 AND variant <> '' AND NOT holdout
  ORDER BY contact_id, entered_at, id
), split AS MATERIALIZED (
  SELECT d.contact_id, d.version, d.variant, max(s.at) AS at
  FROM drawn d
  JOIN enrollment_steps s ON s.environment_id = $1 AND s.enrollment_id = d.id AND s.outcome = 'split'
  GROUP BY d.contact_id, d.version, d.variant
), person AS MATERIALIZED (
  SELECT split.*, (SELECT max(g.within) FROM goal g WHERE g.version = split.version) AS within
  FROM split
  WHERE ($3::timestamptz IS NULL OR at >= $3) AND ($4::timestamptz IS NULL OR at < $4)
    AND EXISTS (SELECT FROM goal g WHERE g.version = split.version)
), bought AS (
  SELECT p.contact_id, count(DISTINCT c.order_key) AS orders
  FROM person p
  JOIN conversions c ON c.environment_id = $1 AND c.contact_id = p.contact_id
  JOIN goal g ON g.version = p.version AND g.type = c.type AND c.occurred_at BETWEEN p.at AND p.at + g.within
  GROUP BY p.contact_id
)
SELECT p.version, p.variant, count(*)::integer AS people, count(b.contact_id)::integer AS buyers,
  coalesce(sum(b.orders), 0)::integer AS orders, count(*) FILTER (WHERE p.at + p.within > $5)::integer AS open
FROM person p
LEFT JOIN bought b ON b.contact_id = p.contact_id
GROUP BY p.version, p.variant`;

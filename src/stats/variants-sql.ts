/**
 * People by the variant of a split that they were drawn into, and the version by whose weights; $1 environment, $2 scenario key, $3 and $4 the span
 * of instants (the second excluded; null: unbounded), $5 now, $6 goals of versions, $7 the split's step. For a transaction after `READ_ALL`.
 *
 * A person counts once, from the first instant at which this split drew them: up to there all went the same way. What a run took behind it
 * plays no part: who buys never comes to a later split, and would be missing there. A buyer is who reaches a goal of that version within its
 * time from there. Who is held out gets no letters of any variant, and is left out.
 */
export const VARIANTS = `
WITH goal AS MATERIALIZED (
  SELECT version, type, make_interval(secs => "withinMs" / 1000) AS within
  FROM jsonb_to_recordset($6::jsonb) AS g(version integer, type text, "withinMs" double precision)
), drawn AS MATERIALIZED (
  SELECT DISTINCT ON (r.contact_id) r.contact_id, r.version, substr(s.reason, length('variant:') + 1) AS variant, s.at
  FROM enrollments r
  JOIN enrollment_steps s ON s.environment_id = $1 AND s.enrollment_id = r.id AND s.outcome = 'split' AND s.step_id = $7
  WHERE r.environment_id = $1 AND r.scenario_key = $2 AND r.variant <> '' AND NOT r.holdout
  ORDER BY r.contact_id, s.at, s.id
), person AS MATERIALIZED (
  SELECT drawn.*, (SELECT max(g.within) FROM goal g WHERE g.version = drawn.version) AS within
  FROM drawn
  WHERE ($3::timestamptz IS NULL OR at >= $3) AND ($4::timestamptz IS NULL OR at < $4)
    AND EXISTS (SELECT FROM goal g WHERE g.version = drawn.version)
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

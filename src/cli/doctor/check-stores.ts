import type { Sql } from '../../platform/database/sql.js';
import { type Finding, ok, unchecked, wrong } from './finding.js';

/** Templates of scenarios that run in live, and who reports for SendGrid. */
export async function checkStores(sql: Sql, transport: string): Promise<readonly Finding[]> {
  const unpublished = await sql.query<{ store: string; scenario: string; template: string }>(UNPUBLISHED);
  const [{ n: scenarios }] = (await sql.query<{ n: number }>(SCENARIOS)) as [{ n: number }];
  return [
    ...unpublished.map(({ store, scenario, template }) =>
      wrong(
        `templates ${store}`,
        `${scenario} sends ${template}, which is not published in live`,
        `POST /v1/templates/${template}/publish`,
      ),
    ),
    ...(unpublished.length > 0
      ? []
      : scenarios > 0
        ? [ok('templates', `those of ${scenarios} live scenarios are published`)]
        : [unchecked('templates', 'no scenario is published in live')]),
    ...(transport === 'sendgrid' ? await unreported(sql) : []),
  ];
}

async function unreported(sql: Sql): Promise<readonly Finding[]> {
  const silent = await sql.query<{ store: string }>(WITHOUT_CONNECTOR);
  return silent.map(({ store }) =>
    wrong(
      `connector ${store}`,
      'SendGrid reports no bounces and complaints of this store, and nothing settles unknown letters',
      'POST /v1/connectors with the verification key of its event webhook (docs/operations.md)',
    ),
  );
}

/** Domains that letters come from: of stores that have set a sender. */
export async function senderDomains(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query<{ domain: string }>(SENDERS);
  return rows.map(({ domain }) => domain);
}

/** Host names of stores' own for the links in their letters. */
export async function trackingDomains(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query<{ domain: string }>(TRACKING_DOMAINS);
  return rows.map(({ domain }) => domain);
}

const SCENARIOS = `
SELECT count(*)::int AS n FROM publications AS p JOIN environments AS e ON e.id = p.environment_id AND e.mode = 'live'
WHERE p.kind = 'scenario' AND p.state = 'published'`;

const UNPUBLISHED = `
SELECT DISTINCT s.key AS store, p.key AS scenario, t.key AS template
FROM publications AS p
JOIN environments AS e ON e.id = p.environment_id AND e.mode = 'live'
JOIN stores AS s ON s.id = e.store_id
JOIN scenario_versions AS v ON v.store_id = e.store_id AND v.scenario_key = p.key AND v.version = p.version
CROSS JOIN LATERAL jsonb_path_query(v.document, 'strict $.**.template ? (@.type() == "string")') AS r (ref)
CROSS JOIN LATERAL (SELECT split_part(r.ref #>> '{}', '@', 1) AS key) AS t
WHERE p.kind = 'scenario' AND p.state = 'published' AND NOT EXISTS (
  SELECT 1 FROM publications AS o
  WHERE o.environment_id = e.id AND o.kind = 'template' AND o.key = t.key AND o.state = 'published')
ORDER BY 1, 2, 3`;

const WITHOUT_CONNECTOR = `
SELECT s.key AS store FROM stores AS s JOIN environments AS e ON e.store_id = s.id AND e.mode = 'live'
WHERE EXISTS (SELECT 1 FROM publications AS p WHERE p.environment_id = e.id AND p.kind = 'scenario' AND p.state = 'published')
  AND NOT EXISTS (SELECT 1 FROM connectors AS c WHERE c.environment_id = e.id AND c.kind = 'sendgrid')
ORDER BY 1`;

const SENDERS = `
SELECT DISTINCT lower(substring(settings -> 'from' ->> 'email' FROM '[^@]+$')) AS domain FROM stores
WHERE settings -> 'from' ->> 'email' IS NOT NULL ORDER BY 1`;

const TRACKING_DOMAINS = `
SELECT DISTINCT settings ->> 'trackingDomain' AS domain FROM stores WHERE settings ->> 'trackingDomain' IS NOT NULL ORDER BY 1`;

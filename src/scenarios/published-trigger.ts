import type { Trigger } from '../domain/scenario-schema.js';
import type { Scope } from '../platform/database/request-database.js';
import type { Sql } from '../platform/database/sql.js';
import { NotFound } from '../platform/http/domain-error.js';
import type { ScenarioPublication } from './environment-scenarios.js';

/** What people enter a scenario by in an environment at the moment. */
export interface PublishedTrigger {
  readonly state: ScenarioPublication['state'];
  readonly trigger: Trigger['type'];
}

/** What the caller's environment runs of the store's scenario, read anew; null: nothing. Throws NotFound. */
export async function publishedTrigger(
  tx: Sql,
  { storeId, environmentId }: Scope,
  key: string,
): Promise<PublishedTrigger | null> {
  const [row] = await tx.query<{ readonly published: PublishedTrigger | null }>(READ, [storeId, environmentId, key]);
  if (!row) throw new NotFound(`scenario ${key}`);
  return row.published;
}

const READ = `
SELECT (SELECT jsonb_build_object('state', p.state, 'trigger', v.document -> 'trigger' ->> 'type')
  FROM publications p
  JOIN scenario_versions v ON v.store_id = s.store_id AND v.scenario_key = p.key AND v.version = p.version
  WHERE p.environment_id = $2 AND p.kind = 'scenario' AND p.key = s.key) AS published
FROM scenarios s
WHERE s.store_id = $1 AND s.key = $3`;

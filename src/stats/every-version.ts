import type { CompiledScenario } from '../domain/compiled-scenario.js';
import type { Sql } from '../platform/database/sql.js';
import { NotFound } from '../platform/http/domain-error.js';
import { type ScenarioRegistry, versionKey } from '../scenarios/scenario-registry.js';

/** A version of a scenario, ready to be asked. */
export interface Version {
  readonly version: number;
  readonly compiled: CompiledScenario;
}

/** Every version of a scenario that can still be read, from the first on; throws NotFound for a key that the store does not have. */
export async function everyVersion(
  sql: Sql,
  scenarios: ScenarioRegistry,
  storeId: string,
  key: string,
): Promise<readonly Version[]> {
  const rows = await sql.query<{ version: number | null }>(VERSIONS, [storeId, key]);
  if (rows.length === 0) throw new NotFound(`scenario ${key}`);
  const refs = rows.flatMap(({ version }) => (version === null ? [] : [{ storeId, key, version }]));
  const compiled = await scenarios.versions(sql, refs);
  return refs.flatMap((ref) => {
    const found = compiled.get(versionKey(ref));
    return found ? [{ version: ref.version, compiled: found }] : [];
  });
}

/** The goals of versions, as SQL takes them. */
export function goalsOf(versions: readonly Version[]): string {
  return JSON.stringify(
    versions.flatMap(({ version, compiled }) =>
      compiled.goals.map(({ event, withinMs }) => ({ version, type: event, withinMs })),
    ),
  );
}

const VERSIONS = `
SELECT v.version
FROM scenarios s
LEFT JOIN scenario_versions v ON v.store_id = s.store_id AND v.scenario_key = s.key
WHERE s.store_id = $1 AND s.key = $2
ORDER BY v.version`;

import type { Sql } from '../platform/database/sql.js';

/** What an environment runs of one scenario. */
export interface ScenarioPublication {
  readonly key: string;
  readonly version: number;
  /** Paused: nobody enters and nothing goes out. Archived: its runs end. */
  readonly state: 'published' | 'paused' | 'archived';
}

/** An exit with `subject`: its event ends runs of that subject, whoever they belong to. */
export interface SubjectExit {
  readonly key: string;
  /** The newest version that has this very exit; older runs share it. */
  readonly version: number;
}

/** Everything that an environment runs. */
export interface EnvironmentScenarios {
  readonly environmentId: string;
  readonly storeId: string;
  readonly publications: ReadonlyMap<string, ScenarioPublication>;
  /** Event types that are a goal of any version of a scenario published here: runs outlive the version's publication. */
  readonly goalTypes: ReadonlySet<string>;
  /** Versions to ask for exits with a subject, by event type. */
  readonly subjectExits: ReadonlyMap<string, readonly SubjectExit[]>;
}

interface Row {
  readonly environment_id: string;
  readonly store_id: string;
  readonly publications: ScenarioPublication[];
  readonly goal_types: string[];
  readonly subject_exits: (SubjectExit & { readonly event: string })[];
}

/** Reads what these environments run, in one query; an unknown environment is absent. */
export async function readEnvironmentScenarios(
  tx: Sql,
  environmentIds: readonly string[],
): Promise<EnvironmentScenarios[]> {
  if (environmentIds.length === 0) return [];
  const rows = await tx.query<Row>(READ, [environmentIds]);
  return rows.map((row) => ({
    environmentId: row.environment_id,
    storeId: row.store_id,
    publications: new Map(row.publications.map((publication) => [publication.key, publication])),
    goalTypes: new Set(row.goal_types),
    subjectExits: groupByEvent(row.subject_exits),
  }));
}

function groupByEvent(exits: Row['subject_exits']): Map<string, SubjectExit[]> {
  const byEvent = new Map<string, SubjectExit[]>();
  for (const { event, key, version } of exits) byEvent.set(event, [...(byEvent.get(event) ?? []), { key, version }]);
  return byEvent;
}

const READ = `
SELECT e.id AS environment_id, e.store_id,
  coalesce((SELECT jsonb_agg(jsonb_build_object('key', p.key, 'version', p.version, 'state', p.state) ORDER BY p.key)
    FROM publications p WHERE p.environment_id = e.id AND p.kind = 'scenario'), '[]') AS publications,
  coalesce((SELECT jsonb_agg(DISTINCT goal ->> 'event')
    FROM publications p
    JOIN scenario_versions v ON v.store_id = e.store_id AND v.scenario_key = p.key
    CROSS JOIN jsonb_array_elements(v.document -> 'goals') AS goal
    WHERE p.environment_id = e.id AND p.kind = 'scenario'), '[]') AS goal_types,
  coalesce((SELECT jsonb_agg(jsonb_build_object('event', x.event, 'key', x.key, 'version', x.version))
    FROM (SELECT p.key, leaves ->> 'event' AS event, max(v.version) AS version
      FROM publications p
      JOIN scenario_versions v ON v.store_id = e.store_id AND v.scenario_key = p.key
      CROSS JOIN jsonb_array_elements(v.document -> 'exits') AS leaves
      WHERE p.environment_id = e.id AND p.kind = 'scenario' AND leaves ? 'subject'
      GROUP BY p.key, leaves ->> 'event', leaves ->> 'subject') x), '[]') AS subject_exits
FROM environments e WHERE e.id = ANY ($1::uuid[])`;

/** Columns, or parameters, of the query around that name a step of a version. */
export interface StepColumns {
  readonly storeId: string;
  readonly scenario: string;
  readonly version: string;
  readonly step: string;
}

/** SQL expression: the condition of a step as it was published, wherever it stands, null where it has none. */
export function stepConditionSql({ step, ...version }: StepColumns): string {
  // Strict: lax paths look into lists by themselves, and would find the list that holds the step as well.
  return `(SELECT jsonb_path_query_first(v.document, 'strict $.steps.** ? (@.id == $step).when',
      jsonb_build_object('step', ${step}), true) #>> '{}' FROM ${versionSql(version)})`;
}

/** SQL expression: the condition of a scenario's trigger as it was published, null where it has none. */
export function triggerConditionSql(version: Omit<StepColumns, 'step'>): string {
  return `(SELECT v.document -> 'trigger' ->> 'when' FROM ${versionSql(version)})`;
}

function versionSql({ storeId, scenario, version }: Omit<StepColumns, 'step'>): string {
  return `(SELECT document FROM scenario_versions
      WHERE store_id = ${storeId} AND scenario_key = ${scenario} AND version = ${version}) AS v`;
}

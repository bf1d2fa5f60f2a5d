/** Columns, or parameters, of the query around that name a step of a version. */
export interface StepColumns {
  readonly storeId: string;
  readonly scenario: string;
  readonly version: string;
  readonly step: string;
}

/** SQL expression: the condition of a step as it was published, null where it has none. */
export function stepConditionSql({ step, ...version }: StepColumns): string {
  return `(SELECT step.value ->> 'when' FROM ${versionSql(version)}, jsonb_array_elements(v.document -> 'steps') AS step
    WHERE step.value ->> 'id' = ${step})`;
}

/** SQL expression: the condition of a scenario's trigger as it was published, null where it has none. */
export function triggerConditionSql(version: Omit<StepColumns, 'step'>): string {
  return `(SELECT v.document -> 'trigger' ->> 'when' FROM ${versionSql(version)})`;
}

function versionSql({ storeId, scenario, version }: Omit<StepColumns, 'step'>): string {
  return `(SELECT document FROM scenario_versions
      WHERE store_id = ${storeId} AND scenario_key = ${scenario} AND version = ${version}) AS v`;
}

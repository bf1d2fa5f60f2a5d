import type { Sql } from '../platform/database/sql.js';
import { type Division, type Figures, LETTER_COUNTS } from './stats-row.js';
import type { MoneyView } from './stats-table.view.js';

/** Which rows of `stats_daily`, divided how. */
export interface FiguresQuery {
  readonly environmentId: string;
  /** Null for all scenarios. */
  readonly scenario: string | null;
  /** First and last send day `YYYY-MM-DD`, both included; null for no bound. */
  readonly from: string | null;
  readonly to: string | null;
  readonly by: Division;
}

/** One group; scenario, step and value are null in the total of all. */
export interface FiguresGroup {
  readonly scenario: string | null;
  readonly step: string | null;
  readonly stepNumber: number;
  readonly value: string | null;
  readonly figures: Figures;
  readonly revenue: readonly MoneyView[];
}

type GroupRow = Figures & { scenario: string | null; step: string | null; step_number: number; value: string | null };
type MoneyRow = MoneyView & { scenario: string | null; step: string | null; value: string | null };

const VALUES: Readonly<Record<Division, string>> = {
  step: `''`,
  day: 'day::text',
  variant: 'variant',
  version: 'version::text',
};

/** Reads the rollup: every group, and the total of all under null names (absent when nothing was ever sent). */
export async function readFigures(sql: Sql, query: FiguresQuery): Promise<FiguresGroup[]> {
  const { environmentId, scenario, from, to, by } = query;
  const values = [environmentId, scenario, from, to];
  const rows = await sql.query<GroupRow>(groups(by), values);
  const sums = new Map<string, MoneyView[]>();
  for (const row of await sql.query<MoneyRow>(money(by), values)) {
    const { amount, currency } = row;
    sums.set(keyOf(row), [...(sums.get(keyOf(row)) ?? []), { amount, currency }]);
  }
  return rows.map((row) => {
    const { scenario, step, step_number: stepNumber, value, ...figures } = row;
    return { scenario, step, stepNumber, value, figures, revenue: sums.get(keyOf(row)) ?? [] };
  });
}

function keyOf({ scenario, step, value }: Pick<FiguresGroup, 'scenario' | 'step' | 'value'>): string {
  return JSON.stringify([scenario, step, value]);
}

function cells(by: Division): string {
  return `(SELECT scenario_key AS scenario, step_id AS step, ${VALUES[by]} AS value, stats_daily.* FROM stats_daily
    WHERE environment_id = $1 AND ($2::text IS NULL OR scenario_key = $2)
      AND ($3::date IS NULL OR day >= $3) AND ($4::date IS NULL OR day <= $4)) cell`;
}

// Counts are cast to float8, which is exact up to 2^53: pg hands sums of bigint over as text.
function groups(by: Division): string {
  const sums = [...LETTER_COUNTS, 'orders'].map((column) => `sum(${column})::float8 AS ${column}`);
  return `SELECT scenario, step, value, min(step_number) AS step_number, ${sums.join(', ')}
    FROM ${cells(by)} GROUP BY GROUPING SETS ((scenario, step, value), ()) HAVING count(*) > 0`;
}

function money(by: Division): string {
  return `SELECT cell.scenario, cell.step, cell.value, sums.key AS currency, sum(sums.value::numeric)::text AS amount
    FROM ${cells(by)} CROSS JOIN LATERAL jsonb_each_text(cell.revenue) AS sums
    GROUP BY GROUPING SETS ((cell.scenario, cell.step, cell.value, sums.key), (sums.key)) ORDER BY sums.key`;
}

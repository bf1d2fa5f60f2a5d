import type { Sql } from '../../platform/database/sql.js';
import { type Finding, ok, unchecked, wrong } from './finding.js';

interface Reference {
  readonly from: string;
  /** What the rows belong to, as people say it. */
  readonly owner: string;
  readonly to: string;
  /** Of the row `t` and of what it refers to, `r`. */
  readonly by: string;
  /** Rows that belong to nothing and need not. */
  readonly free?: string;
}

/** SQLSTATE of a statement that took longer than the pool allows. */
const QUERY_CANCELED = '57014';
const OF_PERSON = 'r.environment_id = t.environment_id AND r.id = t.contact_id';

/** What hot rows refer to without a foreign key: it holds by construction (docs/adr/0016). */
const REFERENCES: readonly Reference[] = [
  { from: 'contacts', owner: 'environment', to: 'environments', by: 'r.id = t.environment_id' },
  { from: 'contact_keys', owner: 'person', to: 'contacts', by: OF_PERSON },
  { from: 'consents', owner: 'person', to: 'contacts', by: OF_PERSON },
  { from: 'enrollments', owner: 'person', to: 'contacts', by: OF_PERSON },
  {
    from: 'messages',
    owner: 'run',
    to: 'enrollments',
    by: 'r.environment_id = t.environment_id AND r.id = t.enrollment_id',
    free: 't.enrollment_id IS NULL', // test letters
  },
];

/** The references that do not hold: `messages without their run`. Reads every row of the engine's tables once. */
export async function brokenReferences(sql: Sql): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { from, owner, to, by, free = 'false' } of REFERENCES) {
    const [row] = await sql.query<{ found: boolean }>(
      `SELECT EXISTS (SELECT FROM ${from} t WHERE NOT (${free}) AND NOT EXISTS (SELECT FROM ${to} r WHERE ${by})) AS found`,
    );
    if (row!.found) broken.push(`${from} without their ${owner}`);
  }
  return broken;
}

/** Whether everything belongs to something that is there; after a restore of half a backup it may not. */
export async function checkReferences(sql: Sql): Promise<Finding> {
  try {
    const broken = await brokenReferences(sql);
    return broken.length === 0
      ? ok('references', 'people, runs and letters belong together')
      : wrong('references', broken.join(', '), 'restore the backup as a whole (docs/operations.md)');
  } catch (error) {
    if ((error as { code?: string }).code !== QUERY_CANCELED) throw error;
    return unchecked('references', 'the tables are too large to be looked through in a minute');
  }
}

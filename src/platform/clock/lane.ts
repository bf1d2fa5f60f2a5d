import type { Sql } from '../database/sql.js';
import { NotFound } from '../http/domain-error.js';

/**
 * Whose time a piece of engine work runs in. The real lane serves every live environment at the database's time; a
 * virtual lane serves one sandbox at the instant at which its clock stands. All engine services take a lane, so the same
 * code runs in live, in the sandbox, in tests and in the demo.
 */
export type Lane =
  { readonly clock: 'real' } | { readonly clock: 'virtual'; readonly environmentId: string; readonly now: Date };

export const REAL_LANE: Lane = { clock: 'real' };

/** SQL for the instant at which things happen in an environment, its sandbox's clock or the database's; `environment` is SQL for its id. */
export function environmentNow(environment: string): string {
  return `(SELECT coalesce(own.virtual_now, clock_timestamp()) FROM environments own WHERE own.id = ${environment})`;
}

/** That instant. Throws NotFound when there is no such environment. */
export async function environmentTime(sql: Sql, environmentId: string): Promise<Date> {
  const [row] = await sql.query<{ now: Date }>(
    'SELECT coalesce(virtual_now, clock_timestamp()) AS now FROM environments WHERE id = $1',
    [environmentId],
  );
  if (!row) throw new NotFound('environment');
  return row.now;
}

/** The instant that decides what people experience in this lane: read with each batch, never kept between batches. */
export async function laneNow(tx: Sql, lane: Lane): Promise<Date> {
  if (lane.clock === 'virtual') return lane.now;
  const [row] = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return row!.now;
}

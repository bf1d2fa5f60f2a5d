import type { Lane } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';

/**
 * Waits for the turn to credit or count, which ends with the transaction. Crediting and counting take turns in a lane: an order
 * that waits is then nobody's work in progress, and an older count never overwrites a newer one. In the real lane whoever comes
 * second does not wait but leaves the work to the first (false); in a sandbox it waits, because its caller wants to see the figures.
 */
export async function takeTurn(tx: Sql, lane: Lane): Promise<boolean> {
  if (lane.clock === 'virtual') {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('touchmap.stats.' || $1, 0))`, [lane.environmentId]);
    return true;
  }
  const [row] = await tx.query<{ free: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('touchmap.stats', 0)) AS free`,
  );
  return row!.free;
}

import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';

export interface MadeStore {
  readonly storeId: string;
  readonly sandboxId: string;
  readonly created: boolean;
}

/** Makes a store with its live and its sandbox side unless the key is taken; answers the id of the store with this key. */
export async function createStore(tx: Sql, key: string, name: string): Promise<MadeStore> {
  const storeId = newId();
  const made = await tx.query(
    'INSERT INTO stores (id, key, name) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING RETURNING id',
    [storeId, key, name],
  );
  const [row] = await tx.query<{ id: string }>('SELECT id FROM stores WHERE key = $1', [key]);
  // The sandbox's clock begins at a whole second: its instants are read by people.
  await tx.query(
    `INSERT INTO environments (id, store_id, mode, clock, virtual_now)
     VALUES ($1, $3, 'live', 'real', NULL), ($2, $3, 'sandbox', 'virtual', date_trunc('second', clock_timestamp()))
     ON CONFLICT (store_id, mode) DO NOTHING`,
    [newId(), newId(), row!.id],
  );
  const [sandbox] = await tx.query<{ id: string }>(
    `SELECT id FROM environments WHERE store_id = $1 AND mode = 'sandbox'`,
    [row!.id],
  );
  return { storeId: row!.id, sandboxId: sandbox!.id, created: made.length > 0 };
}

import type { Env } from '../platform/config/env.js';
import type { EngineDatabase } from '../platform/database/engine-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import { Rollup } from '../stats/rollup.js';
import { withDatabase } from './with-database.js';

/** Which cells there are is read off every letter that ever went out. */
const STATEMENT_S = 3_600;

/** Counts the statistics of every store, or of one, anew from messages and conversions; answers what to tell. */
export function rebuildStats(env: Env, store: string | null): Promise<string> {
  const count = async (engine: EngineDatabase): Promise<string> => {
    const rollup = new Rollup(engine);
    if (store === null) {
      await rollup.rebuild(null);
      return 'counted the statistics of every store anew';
    }
    const environments = await engine.query<{ id: string }>(
      'SELECT e.id FROM environments e JOIN stores s ON s.id = e.store_id WHERE s.key = $1',
      [store],
    );
    if (environments.length === 0) throw new NotFound(`the store ${store}`);
    for (const { id } of environments) await rollup.rebuild(id);
    return `counted the statistics of ${store} anew`;
  };
  return withDatabase(env, count, { statementS: STATEMENT_S });
}

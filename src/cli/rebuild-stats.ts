import type { Env } from '../platform/config/env.js';
import { NotFound } from '../platform/http/domain-error.js';
import { Rollup } from '../stats/rollup.js';
import { withDatabase } from './with-database.js';

/** Counts the statistics of every store, or of one, anew from messages and conversions; answers what to tell. */
export function rebuildStats(env: Env, store: string | null): Promise<string> {
  return withDatabase(env, async (engine) => {
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
  });
}

import type { EntityManager } from 'typeorm';
import type { Scope } from '../platform/database/request-database.js';
import type { PublishedInView } from './template.view.js';

interface EnvironmentRow {
  readonly id: string;
  readonly mode: keyof PublishedInView;
}

const NOWHERE: PublishedInView = { live: null, sandbox: null };

/**
 * Which versions of these templates the store's two environments use. Row-level security shows one environment at a time,
 * so the transaction looks into each and then returns to the caller's.
 */
export async function publishedIn(
  manager: EntityManager,
  scope: Scope,
  keys: readonly string[],
): Promise<ReadonlyMap<string, PublishedInView>> {
  const found = new Map<string, PublishedInView>();
  const environments = await manager.query<EnvironmentRow[]>('SELECT id, mode FROM environments WHERE store_id = $1', [
    scope.storeId,
  ]);
  for (const { id, mode } of environments) {
    await see(manager, id);
    const rows = await manager.query<{ key: string; version: number }[]>(
      `SELECT key, version FROM publications WHERE environment_id = $1 AND kind = 'template' AND key = ANY($2::text[])`,
      [id, keys],
    );
    for (const { key, version } of rows) found.set(key, { ...(found.get(key) ?? NOWHERE), [mode]: version });
  }
  await see(manager, scope.environmentId);
  return new Map(keys.map((key) => [key, found.get(key) ?? NOWHERE]));
}

/** Makes the version the one that the caller's environment uses. */
export async function setPublished(manager: EntityManager, scope: Scope, key: string, version: number): Promise<void> {
  await manager.query(
    `INSERT INTO publications (environment_id, kind, key, version, state) VALUES ($1, 'template', $2, $3, 'published')
     ON CONFLICT (environment_id, kind, key) DO UPDATE
       SET version = excluded.version, state = 'published', changed_at = clock_timestamp()`,
    [scope.environmentId, key, version],
  );
}

async function see(manager: EntityManager, environmentId: string): Promise<void> {
  await manager.query(`SELECT set_config('app.environment', $1, true)`, [environmentId]);
}

import type { EntityManager } from 'typeorm';
import type { Scope } from '../platform/database/request-database.js';
import type { PublicationView } from './scenario.view.js';

/** What both environments of a store run of one scenario. */
export interface PublishedIn {
  readonly live: PublicationView | null;
  readonly sandbox: PublicationView | null;
}

const NOWHERE: PublishedIn = { live: null, sandbox: null };

/**
 * What the store's two environments run, by scenario key. Row-level security shows one environment at a time, so the
 * transaction looks into each and then returns to the caller's.
 */
export async function publishedIn(
  manager: EntityManager,
  scope: Scope,
  keys: readonly string[],
): Promise<Map<string, PublishedIn>> {
  const found = new Map<string, PublishedIn>(keys.map((key) => [key, NOWHERE]));
  for (const { id, mode } of await environmentsOf(manager, scope)) {
    await see(manager, id);
    const rows = await manager.query<(PublicationView & { readonly key: string })[]>(
      `SELECT key, version, state FROM publications WHERE environment_id = $1 AND kind = 'scenario' AND key = ANY ($2::text[])`,
      [id, keys],
    );
    for (const { key, version, state } of rows) found.set(key, { ...found.get(key)!, [mode]: { version, state } });
  }
  await see(manager, scope.environmentId);
  return found;
}

/** What the caller's environment runs of the scenario. */
export function publicationOf(manager: EntityManager, scope: Scope, key: string): Promise<PublicationView | null> {
  return readPublication(manager, scope, key, '');
}

/** The same, locked until the commit. */
export function lockPublication(manager: EntityManager, scope: Scope, key: string): Promise<PublicationView | null> {
  return readPublication(manager, scope, key, 'FOR UPDATE');
}

/** Changes what the caller's environment runs of the scenario. */
export async function setPublication(
  manager: EntityManager,
  { environmentId }: Scope,
  key: string,
  next: PublicationView,
): Promise<void> {
  await manager.query(
    `INSERT INTO publications (environment_id, kind, key, version, state) VALUES ($1, 'scenario', $2, $3, $4)
     ON CONFLICT (environment_id, kind, key) DO UPDATE
       SET version = excluded.version, state = excluded.state, changed_at = clock_timestamp()`,
    [environmentId, key, next.version, next.state],
  );
}

/** Forgets the scenario's publications in both environments. */
export async function removePublications(manager: EntityManager, scope: Scope, key: string): Promise<void> {
  for (const { id } of await environmentsOf(manager, scope)) {
    await see(manager, id);
    await manager.query(`DELETE FROM publications WHERE environment_id = $1 AND kind = 'scenario' AND key = $2`, [
      id,
      key,
    ]);
  }
  await see(manager, scope.environmentId);
}

async function readPublication(
  manager: EntityManager,
  { environmentId }: Scope,
  key: string,
  lock: '' | 'FOR UPDATE',
): Promise<PublicationView | null> {
  const [row] = await manager.query<PublicationView[]>(
    `SELECT version, state FROM publications WHERE environment_id = $1 AND kind = 'scenario' AND key = $2 ${lock}`,
    [environmentId, key],
  );
  return row ?? null;
}

function environmentsOf(
  manager: EntityManager,
  { storeId }: Scope,
): Promise<{ id: string; mode: keyof PublishedIn }[]> {
  return manager.query('SELECT id, mode FROM environments WHERE store_id = $1', [storeId]);
}

async function see(manager: EntityManager, environmentId: string): Promise<void> {
  await manager.query(`SELECT set_config('app.environment', $1, true)`, [environmentId]);
}

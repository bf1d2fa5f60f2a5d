import type { Env } from '../platform/config/env.js';
import { NotFound, Unprocessable } from '../platform/http/domain-error.js';
import { SCOPES } from '../platform/http/auth.js';
import { parseApiKey } from '../stores/api-key.js';
import { insertKey } from '../stores/keys.service.js';
import { withDatabase } from './with-database.js';

export interface KeyOptions {
  readonly store: string;
  readonly mode: 'live' | 'sandbox';
  readonly name: string;
  readonly scopes: readonly string[];
}

/** Makes a key; answers its text. */
export function createKey(env: Env, { store, mode, name, scopes }: KeyOptions): Promise<string> {
  const unknown = scopes.filter((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (unknown.length > 0)
    throw new Unprocessable('unknown_scope', `unknown scope ${unknown.join(', ')}; there are ${SCOPES.join(', ')}`);
  return withDatabase(env, async (engine) => {
    const [row] = await engine.query<{ id: string }>('SELECT id FROM stores WHERE key = $1', [store]);
    if (!row) throw new NotFound(`the store ${store}`);
    return (await insertKey(engine, { storeId: row.id, mode, name, scopes })).key;
  });
}

/** Revokes a key given whole or by its id; answers what to tell. */
export function revokeKey(env: Env, keyOrId: string): Promise<string> {
  const id = parseApiKey(keyOrId)?.id ?? keyOrId;
  return withDatabase(env, async (engine) => {
    const revoked = await engine.query(
      'UPDATE api_keys SET revoked_at = coalesce(revoked_at, clock_timestamp()) WHERE id = $1 RETURNING id',
      [id],
    );
    if (revoked.length === 0) throw new NotFound('the key');
    return `revoked ${id}; processes refuse it within 10 seconds`;
  });
}

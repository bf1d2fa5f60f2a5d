import type { Env } from '../platform/config/env.js';
import { Conflict, Unprocessable } from '../platform/http/domain-error.js';
import { createStore } from '../stores/create-store.js';
import { insertKey } from '../stores/keys.service.js';
import { withDatabase } from './with-database.js';

/** Makes a store and an admin key for each side; answers what to tell. */
export function makeStore(env: Env, key: string, name: string): Promise<string> {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(key) || key.length > 100)
    throw new Unprocessable('invalid_key', 'a store key is kebab-case: small letters, digits and single hyphens');
  return withDatabase(env, (engine) =>
    engine.transaction(async (tx) => {
      const { storeId, created } = await createStore(tx, key, name);
      if (!created) throw new Conflict('store_exists', `there is a store ${key} already`);
      const make = (mode: 'live' | 'sandbox') => insertKey(tx, { storeId, mode, name: 'first', scopes: ['admin'] });
      return `store     ${key}\nlive key  ${(await make('live')).key}\ntest key  ${(await make('sandbox')).key}`;
    }),
  );
}

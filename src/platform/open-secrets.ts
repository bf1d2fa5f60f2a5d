import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Env } from './config/env.js';
import { makeDataDir } from './data-dir.js';
import type { Sql } from './database/sql.js';
import { Secrets } from './secrets.js';
import { writeOnce } from './write-once.js';

/** This process's secret is not the one that the database's tokens were signed with. */
export class WrongSecret extends Error {}

/** SECRET_KEY, else `<DATA_DIR>/secret` (made once, 0600). Throws WrongSecret when the database knows another one. */
export async function openSecrets(env: Env, sql: Sql): Promise<Secrets> {
  const secrets = new Secrets(env.SECRET_KEY ?? (await secretFile(env.DATA_DIR)));
  await sql.query(`INSERT INTO installation (key, value) VALUES ('secret', $1::jsonb) ON CONFLICT (key) DO NOTHING`, [
    JSON.stringify({ fingerprint: secrets.fingerprint }),
  ]);
  const [row] = await sql.query<{ value: { fingerprint: string } }>(
    `SELECT value FROM installation WHERE key = 'secret'`,
  );
  if (row?.value.fingerprint === secrets.fingerprint) return secrets;
  throw new WrongSecret(
    `SECRET_KEY is not the secret that this database was made with. Set SECRET_KEY to it, or put its file at ${path.join(env.DATA_DIR, 'secret')}.`,
  );
}

async function secretFile(dir: string): Promise<string> {
  const file = path.join(dir, 'secret');
  await makeDataDir(dir);
  await writeOnce(file, `${randomBytes(32).toString('base64url')}\n`);
  return (await fs.readFile(file, 'utf8')).trim();
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Env } from '../../platform/config/env.js';
import { Secrets } from '../../platform/secrets.js';
import { type Finding, ok, unchecked, wrong } from './finding.js';

/**
 * Whether this process would sign with the secret that the database was made with; `fingerprint` is what the database keeps of it, null
 * where that is not known. Makes no secret.
 */
export async function checkSecret(env: Env, fingerprint: string | null): Promise<Finding> {
  const file = path.join(env.DATA_DIR, 'secret');
  const name = env.SECRET_KEY ? 'SECRET_KEY' : file;
  let text: string | null;
  try {
    text = env.SECRET_KEY ?? (await readSecret(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return wrong('secret', `${file} cannot be read (${code})`, 'give it to the user that runs the service');
  }
  if (text === null)
    return fingerprint === null
      ? unchecked('secret', 'there is none yet', 'npm start makes it; several machines need one SECRET_KEY')
      : wrong(
          'secret',
          `SECRET_KEY is not set, ${file} is not there, and the database was made with a secret (key ${fingerprint.slice(0, 8)})`,
          'set SECRET_KEY to it, or put its file back: the service refuses to start, and links of sent letters are signed with it',
        );
  const secrets = new Secrets(text);
  if (fingerprint === null)
    return unchecked('secret', `${name} (key ${secrets.keyId}) could not be compared with the database's`);
  return secrets.fingerprint === fingerprint
    ? ok('secret', `${name} is the one of this database (key ${secrets.keyId}); keep it with the backups`)
    : wrong(
        'secret',
        `${name} (key ${secrets.keyId}) is not the secret that this database was made with (key ${fingerprint.slice(0, 8)})`,
        'set SECRET_KEY to that one, or put its file back: the service refuses to start',
      );
}

async function readSecret(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

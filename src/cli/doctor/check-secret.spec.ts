import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '../../../test/support/service.js';
import { readEnv } from '../../platform/config/read-env.js';
import { Secrets } from '../../platform/secrets.js';
import { checkSecret } from './check-secret.js';

describe('the doctor looks at the secret', () => {
  const OURS = 'o'.repeat(40);
  const { fingerprint, keyId } = new Secrets(OURS);
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeEach(async () => {
    dir = await temporaryDirectory();
  });
  afterEach(() => dir.remove());
  const look = (env: Readonly<Record<string, string>> = {}, known: string | null = fingerprint) =>
    checkSecret(readEnv({ DATA_DIR: dir.path, ...env }), known);

  it('and finds the one that the database was made with, in SECRET_KEY or in its file', async () => {
    expect(await look({ SECRET_KEY: OURS })).toMatchObject({ state: 'ok' });
    await writeFile(path.join(dir.path, 'secret'), `${OURS}\n`);
    expect(await look()).toMatchObject({ state: 'ok', detail: expect.stringContaining(keyId) as string });
  });

  it('and finds another one', async () => {
    expect(await look({ SECRET_KEY: 'x'.repeat(40) })).toMatchObject({ state: 'wrong' });
    await writeFile(path.join(dir.path, 'secret'), 'x'.repeat(40));
    expect(await look()).toMatchObject({ state: 'wrong' });
    expect(JSON.stringify(await look())).not.toContain('xxxx');
  });

  it('and finds that it is lost, and makes no new one', async () => {
    expect(await look()).toMatchObject({ state: 'wrong' });
    expect(await readdir(dir.path)).toEqual([]);
  });

  it('and finds a file that nobody can read', async () => {
    await mkdir(path.join(dir.path, 'secret'));
    expect(await look()).toMatchObject({ state: 'wrong', detail: expect.stringContaining('EISDIR') as string });
  });

  it('and says that it could not compare it, or that there is none yet', async () => {
    expect(await look({ SECRET_KEY: OURS }, null)).toMatchObject({ state: 'unchecked' });
    expect(await look({}, null)).toMatchObject({ state: 'unchecked', detail: 'there is none yet' });
  });
});

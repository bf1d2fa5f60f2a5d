import { readFile } from 'node:fs/promises';
import { Env } from './env.js';
import { settingsOf } from './setting.js';

/** What a container cannot choose: the image says where it listens and keeps files, the file beside it who else there is. */
const FIXED = ['PORT', 'HOST', 'DATA_DIR', 'EMBEDDED_PG_USER', 'ROLES', 'DATABASE_URL', 'REDIS_URL'];

it('docker-compose.yml hands every setting of .env to the service, and names none that there is not', async () => {
  const file = await readFile(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
  const [, environment] = /^x-environment: .*\n((?: {2}.*\n)+)/m.exec(file) ?? [];
  const handed = [...environment!.matchAll(/^ {2}([A-Z_]+): \$\{\1:[-?]/gm)].map(([, name]) => name);
  const settings = settingsOf(Env).map(({ name }) => name);
  expect(handed.sort()).toEqual(settings.filter((name) => !FIXED.includes(name)).sort());
});

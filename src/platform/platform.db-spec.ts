import { migratedDatabase } from '../../test/support/database.js';
import { withConnection } from '../../test/support/template-database.js';
import { readEnv } from './config/read-env.js';
import { openPlatform } from './platform.js';

it('a process starts beside a backup that reads while a new month’s partition is due, and says that it is made later', async () => {
  const database = await migratedDatabase();
  await withConnection(database.url, async (backup) => {
    const { rows } = await backup.query<{ name: string }>(
      `SELECT max(relname) AS name FROM pg_class WHERE relname ~ '^storefront_events_[0-9]{4}_[0-9]{2}$'`,
    );
    await backup.query(`DROP TABLE ${rows[0]!.name}`);
    await backup.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT FROM storefront_events');
    const log: string[] = [];
    const env = readEnv({ DATABASE_URL: database.url, SECRET_KEY: 'x'.repeat(40) });
    const platform = await openPlatform(env, (text) => log.push(text));
    expect(log).toEqual([expect.stringContaining('the maintenance tries it again')]);
    await platform.close();
    await backup.query('COMMIT');
    await (await openPlatform(env, (text) => log.push(text))).close();
    expect(log).toHaveLength(1);
    expect((await backup.query('SELECT to_regclass($1)::text AS name', [rows[0]!.name])).rows).toEqual(rows);
  });
  await database.close();
});

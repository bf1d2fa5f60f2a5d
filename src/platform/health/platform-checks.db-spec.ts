import { migratedDatabase } from '../../../test/support/database.js';
import { withConnection } from '../../../test/support/template-database.js';
import { readEnv } from '../config/read-env.js';
import { HealthDatabase } from '../database/health-database.js';
import { HealthChecks } from './health-checks.js';
import { PlatformChecks } from './platform-checks.js';
import { Readiness } from './readiness.js';

it('a process whose database takes no writing, a standby after a fail-over, is not ready until it takes it again', async () => {
  const database = await migratedDatabase();
  const health = new HealthDatabase(database.url);
  const checks = new HealthChecks();
  new PlatformChecks(checks, new Readiness(), health, database.engine, readEnv({})).onModuleInit();
  const said = async () => (await checks.report()).checks.database;
  await withConnection(database.url, async (owner) => {
    const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
    await owner.query(`ALTER DATABASE ${rows[0]!.name} SET default_transaction_read_only = on`);
    expect(await said()).toEqual({ state: 'fail', detail: expect.stringContaining('takes no writing') });
    await owner.query(`ALTER DATABASE ${rows[0]!.name} RESET default_transaction_read_only`);
    await said(); // over the connection that the other checks had made meanwhile
    expect(await said()).toEqual({ state: 'ok' });
  });
  await health.onApplicationShutdown();
  await database.close();
});

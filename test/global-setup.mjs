import fs from 'node:fs/promises';
import { register } from 'node:module';

register('./support/typescript-hooks.mjs', import.meta.url);

/**
 * One throw-away server for the whole run (or TEST_DATABASE_URL), and in it one migrated template database, which every
 * test file clones.
 */
export default async function globalSetup() {
  // Pure specs need no server: a run of domain specs alone stays fast.
  if (process.env.TOUCHMAP_TEST_WITHOUT_DATABASE) return;
  const { startEmbeddedPostgres } = await import('../src/platform/database/embedded/embedded-postgres.ts');
  const { clusterDirectory } = await import('./support/cluster-directory.ts');
  const { dropShopTemplate } = await import('./support/shop-template.ts');
  const { makeTemplate } = await import('./support/template-database.ts');
  let stop = async () => {};
  if (!process.env.TEST_DATABASE_URL) {
    const dir = await clusterDirectory('touchmap-test-');
    const server = await startEmbeddedPostgres({
      dir,
      database: 'test',
      account: process.env.EMBEDDED_PG_USER,
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
      log: () => {},
    });
    process.env.TEST_DATABASE_URL = server.url;
    stop = async () => {
      await server.stop();
      await fs.rm(dir, { recursive: true, force: true });
    };
  }
  const template = await makeTemplate(process.env.TEST_DATABASE_URL).catch(async (error) => {
    await stop();
    throw error;
  });
  process.env.TOUCHMAP_TEST_TEMPLATE = template.name;
  globalThis.touchmapTestServer = {
    async stop() {
      await dropShopTemplate(process.env.TEST_DATABASE_URL, template.name);
      await template.drop();
      await stop();
    },
  };
}

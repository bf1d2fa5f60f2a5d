import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';

// A process of its own that uses the embedded server of a directory until SIGTERM; a test may also kill it.
const server = await startEmbeddedPostgres({
  dir: process.argv[2]!,
  database: 'touchmap',
  account: process.argv[3],
  settings: { fsync: 'off' },
  log: (text) => console.error(text),
});
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
console.log(server.url);
setInterval(() => undefined, 60_000);

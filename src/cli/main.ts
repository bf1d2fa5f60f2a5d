import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { Command } from 'commander';
import { readEnv } from '../platform/config/read-env.js';
import { JsonLogger } from '../platform/logging/console-logger.js';
import { startProblem } from '../platform/start-problem.js';
import { VERSION } from '../version.js';
import { backup, restore } from './backup/commands.js';
import { writeConfigDocs } from './config-docs.js';
import { doctor } from './doctor/command.js';
import { createKey, revokeKey } from './keys.js';
import { migrateDatabase } from './migrate.js';
import { writeOpenApi } from './openapi.js';
import { rebuildStats } from './rebuild-stats.js';
import { sortMonths } from './sort-months.js';
import { makeStore } from './stores.js';

Logger.overrideLogger(new JsonLogger('error'));
const settings = () => readEnv(process.env);
const program = new Command('npm run cli --').description('Touchmap on the command line').version(VERSION);

const keys = program.command('keys').description('API keys');
keys
  .command('create')
  .description('make a key and print it, this once')
  .option('--store <key>', 'of which store', 'default')
  .option('--sandbox', 'a test key (tm_test_…) instead of a live one', false)
  .option('--name <name>', 'for people', 'made on the command line')
  .option('--scopes <scopes>', 'separated by commas', 'admin')
  .action(async (options: { store: string; sandbox: boolean; name: string; scopes: string }) =>
    console.log(
      await createKey(settings(), {
        ...options,
        mode: options.sandbox ? 'sandbox' : 'live',
        scopes: options.scopes.split(','),
      }),
    ),
  );
keys
  .command('revoke')
  .description('revoke a key; processes refuse it within 10 seconds')
  .argument('<key or id>', 'the whole key, or the ten characters after its prefix')
  .action(async (key: string) => console.log(await revokeKey(settings(), key)));

program
  .command('stores')
  .description('stores of this installation')
  .command('create')
  .description('make a store with a live and a sandbox side, and print a key of each')
  .argument('<key>', 'kebab-case')
  .option('--name <name>', 'for people; by default the key')
  .action(async (key: string, { name }: { name?: string }) =>
    console.log(await makeStore(settings(), key, name ?? key)),
  );

program
  .command('migrate')
  .description('bring the schema up to date (npm start does it too)')
  .action(async () => console.log(await migrateDatabase(settings())));
program
  .command('sort-months')
  .description('move rows of DEFAULT partitions into partitions of their months; stop the service first')
  .action(async () => console.log(await sortMonths(settings())));
program
  .command('rebuild-stats')
  .description('count the statistics anew from letters and orders')
  .option('--store <key>', 'of this store only')
  .action(async ({ store }: { store?: string }) => console.log(await rebuildStats(settings(), store ?? null)));
program
  .command('backup')
  .description('write every table as one snapshot into a file (gzip); the service may go on')
  .argument('<file>', 'where to')
  .action(async (file: string) => console.log(await backup(settings(), file)));
program
  .command('restore')
  .description('put a backup into an empty database, whole or not at all')
  .argument('<file>', 'what backup wrote')
  .action(async (file: string) => console.log(await restore(settings(), file)));
program
  .command('doctor')
  .description(
    'look at settings, database, queue, DNS and addresses, and say what to do; ends with 1 when something is wrong',
  )
  .option('--json', 'for programs', false)
  .option('--dkim-selector <name...>', 'where the DKIM key of the sender is', [])
  .action(async (options: { json: boolean; dkimSelector: string[] }) => {
    const { text, isWell } = await doctor(process.env, options);
    console.log(text);
    if (!isWell) process.exitCode = 1;
  });
program
  .command('openapi')
  .description('write the description of the REST API')
  .option('--out <file>', 'where to', 'docs/openapi.json')
  .action(async ({ out }: { out: string }) => console.log(await writeOpenApi(settings(), out)));
program
  .command('config-docs')
  .description('write the table of settings')
  .option('--out <file>', 'where to', 'docs/configuration.md')
  .action(async ({ out }: { out: string }) => console.log(await writeConfigDocs(out)));

try {
  await program.parseAsync();
} catch (error) {
  console.error(startProblem(error) ?? error);
  process.exitCode = 1;
}

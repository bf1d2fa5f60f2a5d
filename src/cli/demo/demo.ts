import { createServer } from 'node:net';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { ProcessClock } from '../../platform/clock/clock.js';
import { ApiClient } from './api-client.js';
import { endWithService } from './end-with-service.js';
import { parseLog, type ShopLog } from './log-row.js';
import { type DemoOptions, readOptions } from './options.js';
import { Player } from './player.js';
import { progressBar, statsTable, type StatsRow } from './report.js';
import { ServiceProcess } from './service-process.js';
import { CURRENCY } from './storefront.js';
import { timelineLines, type TimelineItem } from './timeline-report.js';

const SHIPPED_LOG = fileURLToPath(new URL('../../../demo/two-weeks.csv', import.meta.url));
const DATA_DIR = path.resolve('.data/demo');
const BAR_WIDTH = 32;

const values = options();
const { rows, total, from, to } = await readLog(values.log);
const clock = new ProcessClock();
let lastReported = 0;
const say = (text = ''): void => void process.stdout.write(`${text}\n`);

say(`Touchmap demo: ${total} rows of a shop's log, ${day(from)} to ${day(to)}.`);
if (values.log === SHIPPED_LOG)
  say('The log was made by a seeded generator with the mix of carts, orders and hours of real shops.');
say(
  'Names, addresses, prices and what recipients do with their letters are made up; letters go to the sandbox only.\n',
);

const service = await startService(values.port ?? (await freePort()));
const isEnding = endWithService(process, service, (code) => process.exit(code));
try {
  await tell(service);
} catch (error) {
  if (!isEnding()) throw error;
} finally {
  // A second signal would end the service at once, and leave its database running.
  if (!isEnding() && (!values.stay || values.exit)) await service.stop();
}

async function tell({ firstRun }: ServiceProcess): Promise<void> {
  const api = new ApiClient(firstRun.url, firstRun.testKey);
  const startedMs = clock.monotonicMs();
  await api.patch('/v1/store', { currency: CURRENCY });
  const story = await new Player(api, rows, showProgress).play();
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  say(
    `${story.events} events posted (${story.duplicates} were duplicates), ${story.orders} orders, ${story.letters} letters sent`,
  );
  say(`in ${((clock.monotonicMs() - startedMs) / 1_000).toFixed(1)} s of yours.\n`);

  const stats = await api.get<{ items: StatsRow[]; total: StatsRow }>('/v1/stats/scenarios/abandoned-cart');
  say('What the abandoned-cart letters brought (people only, machines left out):\n');
  say(statsTable(stats.items, stats.total));
  if (story.reader) {
    const { address, deed } = story.reader;
    const timeline = await api.get<{ items: TimelineItem[] }>(
      `/v1/contacts/${encodeURIComponent(address)}/timeline?limit=200`,
    );
    say(`\nThe timeline of ${address}, who ${deed}:\n`);
    for (const line of timelineLines(timeline.items)) say(line);
  }
  const stays = values.stay && !values.exit;
  const url = stays ? firstRun.url : 'http://localhost:3000';
  say('\nWhere to look next:');
  say(
    stays
      ? '  The service still runs; Ctrl-C ends it.'
      : `  DATA_DIR=${path.relative('.', DATA_DIR)} npm start   starts the service on this data again; then:`,
  );
  say(`  ${url}/docs   the API, to try in the browser`);
  say(`  curl -H 'Authorization: Bearer ${firstRun.testKey}' '${url}/v1/messages?state=skipped'`);
  say('     the letters that were not sent, each with its reason');
}

function showProgress(done: number, now: Date): void {
  if (process.stdout.isTTY)
    process.stdout.write(
      `\r${progressBar(done / rows.length, BAR_WIDTH)} ${now.toISOString().slice(0, 16).replace('T', ' ')} `,
    );
  else if (done > 0 && done % 500 === 0 && lastReported !== done)
    say(`${(lastReported = done)} of ${rows.length} carts and orders, it is ${now.toISOString()} in the shop`);
}

/** What is wrong with an option is told in a line. */
function options(): DemoOptions {
  try {
    return readOptions(process.argv.slice(2), { log: SHIPPED_LOG, stay: process.stdout.isTTY === true });
  } catch (error) {
    return endWith(error);
  }
}

/** And so is why the service did not start. */
async function startService(port: number): Promise<ServiceProcess> {
  try {
    return await ServiceProcess.start(DATA_DIR, port);
  } catch (error) {
    return endWith(error);
  }
}

function endWith(error: unknown): never {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

/** What is wrong with a file is told in a line, before anything starts. */
async function readLog(file: string): Promise<ShopLog> {
  try {
    const bytes = await readFile(file);
    return parseLog(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

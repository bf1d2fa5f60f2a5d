import { setTimeout as pause } from 'node:timers/promises';
import { acceptedLetters } from '../accepted-letters.mjs';
import { lettersPerSecond } from '../chain.mjs';
import { requestsPerSecond } from '../load.mjs';
import { interleaved, ratioOf } from '../median.mjs';

const LETTERS = 2_000;
const CONNECTIONS = 64;
const SECONDS = 3;
const AIM = 0.6;
/** The stage counts once a second; on a busy machine it may have to catch up. */
const CATCH_UP_POLLS = 300;
const CATCH_UP_POLL_MS = 100;
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/**
 * GET /t/c/{token} of links in letters that were accepted; the click is durable before the redirect. The process counts clicks
 * on their letters meanwhile. In the end every answered click must be stored and counted.
 */
export async function clicks(bench, rounds) {
  const url = await bench.database();
  const worker = await bench.service(url);
  await lettersPerSecond(bench, worker, url, { firstPerson: 0, count: LETTERS });
  const letters = await acceptedLetters(worker.url, bench.authorization, LETTERS);
  await worker.stop();
  const paths = letters.flatMap(({ html }) => html.match(/\/t\/c\/[\w-]+/g) ?? []);
  if (paths.length < LETTERS) throw new Error(`only ${paths.length} links were found in ${LETTERS} letters`);
  const service = await bench.service(url, { ROLES: 'tracking' });
  const bare = await bench.helper('yardsticks/bare-fastify.mjs');
  let answered = 0;
  const contestants = {
    bare: () => follow(bare.hello, paths),
    service: async () => {
      const rate = await follow(service.url, paths);
      answered += Math.floor(rate * SECONDS); // the last answers come a moment after the end: at least so many
      return rate;
    },
  };
  await interleaved(contestants, 1);
  const rates = await interleaved(contestants, rounds);
  await checkCounted(bench, url, answered);
  const ratio = ratioOf(rates.service, rates.bare);
  const yardstick = { name: 'bare Fastify', rates: rates.bare };
  return [
    {
      figure: 'clicks',
      ours: rates.service,
      unit: 'redirects/s',
      yardstick,
      ratio,
      aim: `≥ ${AIM}`,
      met: ratio >= AIM,
    },
  ];
}

function follow(url, paths) {
  const share = Math.floor(paths.length / CONNECTIONS);
  const requestsOf = (connection) =>
    paths
      .slice(connection * share, (connection + 1) * share)
      .map((path) => ({ method: 'GET', path, headers: { 'user-agent': BROWSER } }));
  return requestsPerSecond({ url, requestsOf, expect: 302, connections: CONNECTIONS, seconds: SECONDS });
}

async function checkCounted(bench, url, answered) {
  for (let poll = 0; ; poll++) {
    const [{ stored, counted, left }] = await bench.sql(COUNTED, [], url);
    if (stored < answered) throw new Error(`at least ${answered} clicks were answered and ${stored} are stored`);
    if (left === 0 && counted === stored) return;
    if (poll === CATCH_UP_POLLS) throw new Error(`${counted} of ${stored} clicks are counted on their letters`);
    await pause(CATCH_UP_POLL_MS);
  }
}

const COUNTED = `
SELECT (SELECT count(*)::int FROM engagements) AS stored, (SELECT count(*)::int FROM uncounted_hits) AS left,
  (SELECT sum(clicks + machine_clicks)::int FROM messages) AS counted`;

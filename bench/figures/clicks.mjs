import { acceptedLetters } from '../accepted-letters.mjs';
import { lettersPerSecond } from '../chain.mjs';
import { requestsPerSecond } from '../load.mjs';
import { interleaved, ratioOf } from '../median.mjs';

const LETTERS = 2_000;
const CONNECTIONS = 64;
const AIM = 0.6;
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** GET /t/c/{token} of links in letters that were accepted; the click is durable before the redirect. */
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
  const contestants = { bare: () => follow(bare.hello, paths), service: () => follow(service.url, paths) };
  await interleaved(contestants, 1);
  const rates = await interleaved(contestants, rounds);
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
  return requestsPerSecond({ url, requestsOf, expect: 302, connections: CONNECTIONS });
}

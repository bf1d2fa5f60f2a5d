import { requestsPerSecond } from '../load.mjs';
import { interleaved, ratioOf } from '../median.mjs';
import { cartEvent } from '../people.mjs';

const CONNECTIONS = 8;
const EVENTS = 100;
const REQUESTS = 50;
const PEOPLE = CONNECTIONS * EVENTS * REQUESTS;
/** What the service makes of 8 requests of 100: while one group is being written, the next four requests arrive. */
const GROUP = 400;
const SECONDS = 4;
const AIM = 0.65;

/** POST /v1/events/batch with 100 events a request, beside the same statements without HTTP. */
export async function ingestBatch(bench, rounds) {
  const service = await bench.service(await bench.database(), { ROLES: 'api' });
  const sameSql = await bench.helper('yardsticks/same-sql.mjs', await bench.database());
  let round = 0;
  const from = () => (Math.floor(round++ / 2) * PEOPLE) / 2;
  const contestants = {
    service: async () => EVENTS * (await postBatches(bench, service.url, from())),
    sameSql: () =>
      sameSql.ask('rate', {
        environmentId: bench.environmentId,
        people: { from: from(), count: PEOPLE },
        group: GROUP,
        seconds: SECONDS,
      }),
  };
  await interleaved(contestants, 1);
  const { service: ours, sameSql: theirs } = await interleaved(contestants, rounds);
  const ratio = ratioOf(ours, theirs);
  const yardstick = { name: 'same SQL, no HTTP', rates: theirs };
  return [
    { figure: 'ingest, 100 a request', ours, unit: 'events/s', yardstick, ratio, aim: `≥ ${AIM}`, met: ratio >= AIM },
  ];
}

function postBatches(bench, url, firstPerson) {
  const headers = { authorization: bench.authorization, 'content-type': 'application/json' };
  const requestsOf = (connection) =>
    Array.from({ length: REQUESTS }, (_, request) => {
      const first = firstPerson + (connection * REQUESTS + request) * EVENTS;
      const events = Array.from({ length: EVENTS }, (_, i) => cartEvent(first + i));
      return { method: 'POST', path: '/v1/events/batch', headers, body: JSON.stringify({ events }) };
    });
  return requestsPerSecond({ url, requestsOf, expect: 202, connections: CONNECTIONS, seconds: SECONDS });
}

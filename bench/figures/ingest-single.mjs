import { requestsPerSecond } from '../load.mjs';
import { interleaved, ratioOf } from '../median.mjs';
import { cartEvent } from '../people.mjs';

const CONNECTIONS = 64;
/** Enough that no connection comes to the end of its people within a measurement. */
const PEOPLE_A_CONNECTION = 400;
const PEOPLE = CONNECTIONS * PEOPLE_A_CONNECTION;

/** POST /v1/events: validated, durable and with its wake-up, an event a request. Half of the people are new each round. */
export async function ingestSingle(bench, rounds) {
  const bare = await bench.helper('yardsticks/bare-fastify.mjs');
  const service = await bench.service(await bench.database(), { ROLES: 'api' });
  const ungrouped = await bench.helper('yardsticks/insert-per-request.mjs', await bench.database());
  const load = (url) => {
    let round = 0;
    return () => postEvents(bench, url, (round++ * PEOPLE) / 2);
  };
  const contestants = { bare: load(bare.hello), service: load(service.url), ungrouped: load(ungrouped.hello) };
  await interleaved(contestants, 1);
  const rates = await interleaved(contestants, rounds);
  const result = (name, yardstick, aim) => {
    const ratio = ratioOf(rates.service, yardstick);
    return {
      figure: 'ingest, single',
      ours: rates.service,
      unit: 'events/s',
      yardstick: { name, rates: yardstick },
      ratio,
      aim: `≥ ${aim}`,
      met: ratio >= aim,
    };
  };
  return [result('bare Fastify', rates.bare, 0.4), result('INSERT per request', rates.ungrouped, 2)];
}

function postEvents(bench, url, firstPerson) {
  const headers = { authorization: bench.authorization, 'content-type': 'application/json' };
  const requestsOf = (connection) =>
    Array.from({ length: PEOPLE_A_CONNECTION }, (_, i) => ({
      method: 'POST',
      path: '/v1/events',
      headers,
      body: JSON.stringify(cartEvent(firstPerson + connection * PEOPLE_A_CONNECTION + i)),
    }));
  return requestsPerSecond({ url, requestsOf, expect: 202, connections: CONNECTIONS });
}

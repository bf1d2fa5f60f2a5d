import { setTimeout as pause } from 'node:timers/promises';
import { cartEvent } from './people.mjs';

const BATCH = 100;
const CONNECTIONS = 4;
const POLL_MS = 1_000;
const LONGEST_MS = 120_000;
/** The preset's first wait, and a moment. */
const AGO_MS = 45 * 60_000 + 1_000;

/** Nothing is on the way any more; each part is an index look-up. */
const IDLE = `SELECT NOT EXISTS (SELECT FROM storefront_events WHERE processed_at IS NULL AND clock = 'real')
  AND NOT EXISTS (SELECT FROM enrollments WHERE state = 'waiting' AND clock = 'real' AND NOT held AND due_at <= clock_timestamp())
  AND NOT EXISTS (SELECT FROM messages WHERE state = 'planned' AND clock = 'real' AND NOT held)
  AND NOT EXISTS (SELECT FROM messages WHERE state IN ('claimed', 'sending')) AS idle`;

/**
 * Posts carts of people numbered from `firstPerson`, left long enough ago that their reminder is due, and waits until every
 * letter is accepted. Answers letters a second, from the first request to the last acceptance by the database's clock.
 */
export async function lettersPerSecond(bench, service, databaseUrl, { firstPerson, count }) {
  const [{ now: from }] = await bench.sql('SELECT clock_timestamp() AS now', [], databaseUrl);
  await postCarts(bench, service, firstPerson, count);
  const until = performance.now() + LONGEST_MS;
  while (!(await bench.sql(IDLE, [], databaseUrl))[0].idle) {
    if (performance.now() > until)
      throw new Error(`letters are still on the way after ${LONGEST_MS / 1_000} s\n${service.output}`);
    await pause(POLL_MS);
  }
  const [{ accepted, last }] = await bench.sql(
    `SELECT count(*)::int AS accepted, max(accepted_at) AS last FROM messages WHERE state = 'accepted' AND created_at >= $1`,
    [from],
    databaseUrl,
  );
  if (accepted !== count) throw new Error(`${accepted} of ${count} letters were accepted\n${service.output}`);
  return (count / (last - from)) * 1_000;
}

async function postCarts(bench, service, firstPerson, count) {
  const occurredAt = new Date(Date.now() - AGO_MS);
  let next = firstPerson;
  const end = firstPerson + count;
  const post = async () => {
    while (next < end) {
      const first = next;
      next = Math.min(end, next + BATCH);
      const events = Array.from({ length: next - first }, (_, i) =>
        cartEvent(first + i, { occurredAt, consent: true }),
      );
      const answer = await fetch(`${service.url}/v1/events/batch`, {
        method: 'POST',
        headers: { authorization: bench.authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ events }),
      });
      const { accepted } = await answer.json();
      if (accepted !== events.length)
        throw new Error(`${accepted} of ${events.length} events were taken (${answer.status})`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, post));
}

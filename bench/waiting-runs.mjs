import { cartEvent } from './people.mjs';

const SCENARIO = 'abandoned-cart';
/** Where they stand: the index of the scenario's first wait. */
const POSITION = '0';

/** People with consent, numbered from 0, as ingest would have written them; ids increase, as ours do. */
export async function insertPeople(bench, databaseUrl, count) {
  await bench.sql(
    `INSERT INTO contacts (environment_id, id, external_id, email, email_key, first_name, locale, marketing_consent, consent_changed_at)
     SELECT $1, lpad(to_hex(i + 1), 32, '0')::uuid, 'u-' || i, 'person-' || i || '@example.com', 'person-' || i || '@example.com',
       'Ingrid', CASE i % 2 WHEN 0 THEN 'en' ELSE 'ru' END, true, clock_timestamp() FROM generate_series(0, $2::int - 1) AS i`,
    [bench.environmentId, count],
    databaseUrl,
  );
}

/**
 * Runs of abandoned-cart that wait, each for a cart of its own, with instants that increase from call to call, as a worker's
 * watermark expects of rows that it did not write itself. Without triggers: the foreign keys hold by construction, and
 * checking a million of them would take longer than the figure.
 * @param {object} runs
 * @param {string} runs.dueIn from now, as PostgreSQL's interval
 * @param {string} runs.prefix makes subjects unique
 * @param {boolean} runs.slim a small event instead of one of 926 bytes
 */
export async function insertWaitingRuns(bench, databaseUrl, { count, dueIn, prefix, people, slim }) {
  const { type, data } = cartEvent(0);
  const event = { id: prefix, type, at: new Date().toISOString(), data: slim ? { cartId: data.cartId } : data };
  const client = await bench.pool(databaseUrl).connect();
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL session_replication_role = replica');
    await client.query(
      `INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state,
         position, due_at, previous_at, entered_at, last_activity_at, event)
       SELECT $1, uuidv7(), $2, 'real', $3, 1, 'marketing', lpad(to_hex(i % $4::int + 1), 32, '0')::uuid, $5::text || ' ' || i, 'waiting', $6,
         due, due - interval '45 minutes', due - interval '45 minutes', due - interval '45 minutes', $7::jsonb
       FROM generate_series(0, $8::int - 1) AS i,
         LATERAL (SELECT clock_timestamp() + $9::interval AS due) AS at`,
      [bench.environmentId, bench.storeId, SCENARIO, people, prefix, POSITION, JSON.stringify(event), count, dueIn],
    );
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

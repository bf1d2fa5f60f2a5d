import pg from 'pg';
import { WrongSettings } from '../config/read-env.js';
import { UNHURRIED } from './connection.js';

const CONNECT_MS = 10_000;
/** Means nothing to PostgreSQL: a session has it only where the options of its start arrived. */
const ASKED = 'touchmap.asked';

/** What one connection says of the session behind it. */
export interface SeenSession {
  /** Of the server's process. */
  readonly pid: number;
  /** Whether it has what was asked for when it was opened. */
  readonly isAsAsked: boolean;
}

/**
 * Why connections of this URL are no sessions of PostgreSQL's own; null when they are. Behind a pooler that drops the options of a start, as
 * PgBouncer's `ignore_startup_parameters` does, or with `?options=` in the URL, the service would work as the schema's owner, past row-level
 * security; behind one that shares sessions out, a worker's lock and prepared statements would be another's.
 */
export async function sessionProblem(url: string): Promise<string | null> {
  const clients = [probe(url), probe(url)] as const;
  try {
    await Promise.all(clients.map((client) => client.connect()));
    // One after the other: a pooler that shares sessions has the first one's free again.
    return judgeSessions(await seen(clients[0]), await seen(clients[1]));
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** Of two connections that are open at the same time. */
export function judgeSessions(one: SeenSession, other: SeenSession): string | null {
  if (!one.isAsAsked || !other.isAsAsked) return 'what a session is asked to begin with gets lost on the way';
  return one.pid === other.pid ? 'two connections share one session' : null;
}

/** @throws WrongSettings where connections of this URL are no sessions of PostgreSQL's own */
export async function proveSessions(url: string): Promise<void> {
  const problem = await sessionProblem(url);
  if (problem)
    throw new WrongSettings(
      `Wrong settings:\n  DATABASE_URL must lead to PostgreSQL itself, without a pooler and without ?options= (${problem}; docs/operations.md)`,
    );
}

function probe(url: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
    options: `${UNHURRIED} -c ${ASKED}=yes`,
  });
  client.on('error', () => undefined); // whoever asks is told by the question
  return client;
}

async function seen(client: pg.Client): Promise<SeenSession> {
  const { rows } = await client.query<SeenSession>(
    `SELECT pg_backend_pid() AS pid, current_setting('${ASKED}', true) IS NOT DISTINCT FROM 'yes' AS "isAsAsked"`,
  );
  return rows[0]!;
}

import type { PoolConfig } from 'pg';
import { BoundedClient } from './bounded-client.js';
import { readsInstants } from './instant.js';

/** The plain roles of the service: a superuser or owner would bypass row-level security. */
export type ServiceRole = 'touchmap_engine' | 'touchmap_request';

const CONNECT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;
/** Of tools that nobody waits for; the service's own is DATABASE_TIMEOUT_S. */
const STATEMENT_S = 60;
/** The server gives a statement up, the client a little later: it must not wait for a dead server for ever. */
const MARGIN_MS = 2_000;

/**
 * What an account, a database or a server sets for its sessions is meant for others. With a snapshot for the whole transaction the last guard would
 * not see an order that was answered while it waited for its person, dates would be read as of another style, a row that is held for a
 * moment would be a failure, and a lock that is held by an idle session would be lost with it.
 */
export const OWN =
  '-c default_transaction_isolation=read\\ committed -c datestyle=ISO -c lock_timeout=0 -c idle_session_timeout=0';

/**
 * Plans of short statements are not worth compiling, whatever the planner believes of their cost. And what the service works on is in
 * memory: with the default of 4, made for disks that turn, a batch of some hundred letters read whole tables of some ten thousand
 * rows in place of looking its rows up.
 */
const SESSION = [OWN, '-c timezone=UTC', '-c jit=off', '-c random_page_cost=1.1'];

/** Of migrations, backups and other long work: what the account or the database is limited to is meant for others. */
export const UNHURRIED = `${OWN} -c statement_timeout=0 -c idle_in_transaction_session_timeout=0`;

/** How a pool of one role connects; every pool of the service is made from this. */
export function connectionOf(url: string, role: ServiceRole | null, max: number): PoolConfig {
  return {
    Client: BoundedClient,
    connectionString: url,
    max,
    application_name: role ?? 'touchmap',
    options: [...SESSION, ...(role ? [`-c role=${role}`] : [])].join(' '),
    types: readsInstants,
    connectionTimeoutMillis: CONNECT_MS,
    ...givesUpAfter(STATEMENT_S),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS, // else the system's: two hours
  };
}

/** How long a pool waits for a statement, in seconds. */
export function givesUpAfter(seconds: number): PoolConfig {
  const ms = seconds * 1_000;
  return { statement_timeout: ms, query_timeout: ms + MARGIN_MS, idle_in_transaction_session_timeout: ms };
}

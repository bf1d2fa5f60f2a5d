import type { PoolConfig } from 'pg';

/** The plain roles of the service: a superuser or owner would bypass row-level security. */
export type ServiceRole = 'touchmap_engine' | 'touchmap_request';

const CONNECT_MS = 10_000;
/** The server gives up a statement after this, the client a little later: it must not wait for a dead server for ever. */
const STATEMENT_MS = 60_000;
const QUERY_MS = 65_000;

/** How a pool of one role connects; every pool of the service is made from this. */
export function connectionOf(url: string, role: ServiceRole | null, max: number): PoolConfig {
  return {
    connectionString: url,
    max,
    application_name: role ?? 'touchmap',
    // Compiling a plan takes longer than any of our statements.
    options: ['-c timezone=UTC', '-c jit=off', ...(role ? [`-c role=${role}`] : [])].join(' '),
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: QUERY_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    keepAlive: true,
  };
}

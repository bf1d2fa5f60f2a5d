import pg from 'pg';
import { logger } from '../logging/logger.js';
import { connectionOf, type ServiceRole } from './connection.js';

/** A pool whose idle connections may break without breaking the process: pg throws when nobody listens. */
export function makePool(url: string, role: ServiceRole | null, max: number, extra: pg.PoolConfig = {}): pg.Pool {
  const log = logger('DatabasePool');
  const pool = new pg.Pool({ ...connectionOf(url, role, max), ...extra });
  pool.on('error', (error) =>
    log.warn('an idle database connection broke', { event: 'database.connection_lost', reason: error.message }),
  );
  return pool;
}

import pg from 'pg';
import { logger } from '../logging/logger.js';
import { Seldom } from '../logging/seldom.js';
import { connectionOf, type ServiceRole } from './connection.js';

/** Hears of each connection of a pool that breaks; of an outage, or a standby that refuses each statement, the log hears now and then. */
export function lostConnections(pool: string): (error: Error) => void {
  const log = logger(pool);
  const seldom = new Seldom();
  return ({ message }) => {
    if (seldom.mayTell(message))
      log.warn('a database connection broke', { event: 'database.connection_lost', reason: message });
  };
}

/** A pool whose idle connections may break without breaking the process: pg throws when nobody listens. */
export function makePool(url: string, role: ServiceRole | null, max: number, extra: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ ...connectionOf(url, role, max), ...extra });
  pool.on('error', lostConnections('DatabasePool'));
  return pool;
}

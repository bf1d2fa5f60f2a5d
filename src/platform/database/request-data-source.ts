import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { connectionOf, givesUpAfter } from './connection.js';
import { lostConnections } from './pools.js';

const CONNECTIONS = 10;
const TIMEOUT_S = 25;

/** The data source of API requests: plain role touchmap_request, entities from the modules that own them. */
export function requestDataSource(url: string, timeoutS = TIMEOUT_S): TypeOrmModuleOptions {
  const { connectionString: _, max, ...rest } = connectionOf(url, 'touchmap_request', CONNECTIONS);
  const extra = { ...rest, ...givesUpAfter(timeoutS) };
  return {
    type: 'postgres',
    url,
    extra: { ...extra, max },
    autoLoadEntities: true,
    synchronize: false,
    installExtensions: false,
    retryAttempts: 0, // the start has just migrated over the same URL
    poolErrorHandler: lostConnections('RequestDatabase'),
  };
}

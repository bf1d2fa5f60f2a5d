import { Controller, Get, Header } from '@nestjs/common';
import { EngineDatabase } from '../database/engine-database.js';
import { Public } from '../http/auth.js';
import { Unavailable } from '../http/domain-error.js';
import { Readiness } from './readiness.js';

/** For process managers and load balancers. */
@Controller('health')
@Public()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly database: EngineDatabase,
  ) {}

  /** The process answers. */
  @Get('live')
  @Header('cache-control', 'no-store')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** The start is complete and the database answers; else 503. */
  @Get('ready')
  @Header('cache-control', 'no-store')
  async ready(): Promise<{ status: 'ready' }> {
    if (!this.readiness.isReady()) throw new Unavailable('the service is starting or stopping', 1);
    await this.database.query('SELECT 1');
    return { status: 'ready' };
  }
}

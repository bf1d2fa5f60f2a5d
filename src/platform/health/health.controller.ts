import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../http/auth.js';
import { HealthChecks } from './health-checks.js';
import { HealthView, LiveView } from './health.view.js';

/** For process managers and load balancers. */
@ApiTags('health')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  /** The process answers. */
  @Get('live')
  @ApiOkResponse({ type: LiveView })
  @Header('cache-control', 'no-store')
  live(): LiveView {
    return { status: 'live' };
  }

  /** Each check with its state: 200 while none fails, else 503. */
  @Get('ready')
  @ApiOkResponse({ description: 'no check fails', type: HealthView })
  @ApiServiceUnavailableResponse({ description: 'a check fails; ask again after Retry-After', type: HealthView })
  @Header('cache-control', 'no-store')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthView> {
    const report = await this.checks.report();
    if (report.status === 'not_ready') void reply.status(503).header('retry-after', '5');
    return report;
  }
}

import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../platform/http/auth.js';
import { PROMETHEUS_TYPE } from '../platform/metrics/prometheus-text.js';
import { MetricsPage } from './metrics-page.js';

/** For Prometheus. Without a key, like health: figures only, and the service listens on loopback unless told otherwise. */
@Controller('metrics')
@Public()
@ApiExcludeController()
export class MetricsController {
  constructor(private readonly page: MetricsPage) {}

  /** Every metric in the text format; never an address, a payload or a store's name. */
  @Get()
  @Header('content-type', PROMETHEUS_TYPE)
  @Header('cache-control', 'no-store')
  metrics(): Promise<string> {
    return this.page.text();
  }
}

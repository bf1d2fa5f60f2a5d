import { Injectable } from '@nestjs/common';
import { Env } from '../platform/config/env.js';
import { Metrics } from '../platform/metrics/metrics.js';
import { prometheusText } from '../platform/metrics/prometheus-text.js';
import { QueueDepths } from '../platform/queue/queue-depths.js';
import { processFamilies, queueFamily, systemFamilies } from './metric-families.js';
import { spoolSize } from './spool-size.js';
import { SystemFiguresReader } from './system-figures.js';

/** Puts the page together; a database or queue that is away leaves out its own metrics and no others. */
@Injectable()
export class MetricsPage {
  constructor(
    private readonly env: Env,
    private readonly metrics: Metrics,
    private readonly figures: SystemFiguresReader,
    private readonly queues: QueueDepths,
  ) {}

  async text(): Promise<string> {
    const [figures, depths, spool] = await Promise.all([
      this.figures.read().catch(() => null),
      this.queues.read(),
      spoolSize(this.env.DATA_DIR),
    ]);
    return prometheusText([
      ...(figures ? systemFamilies(figures) : []),
      queueFamily(depths),
      ...processFamilies(spool, figures !== null),
      ...this.metrics.families(),
    ]);
  }
}

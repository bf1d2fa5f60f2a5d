import type { ProcessClock } from '../../platform/clock/clock.js';
import type { Metrics } from '../../platform/metrics/metrics.js';
import { type Mail, type SendResult, Transport } from './transport.js';

const BOUNDS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** A transport whose answers are counted and timed for /metrics. */
export class MeasuredTransport extends Transport {
  readonly name: string;
  readonly deadlineMs: number;
  override readonly isLedger: boolean;

  constructor(
    private readonly inner: Transport,
    private readonly metrics: Metrics,
    private readonly clock: ProcessClock,
  ) {
    super();
    ({ name: this.name, deadlineMs: this.deadlineMs, isLedger: this.isLedger } = inner);
  }

  get slots(): number {
    return this.inner.slots;
  }

  async send(mail: Mail): Promise<SendResult> {
    const sinceMs = this.clock.monotonicMs();
    const result = await this.inner.send(mail);
    this.metrics
      .histogram('touchmap_provider_seconds', 'Time to the answer of one send attempt, by provider.', BOUNDS_S)
      .observe({ provider: this.name }, (this.clock.monotonicMs() - sinceMs) / 1000);
    this.metrics
      .counter('touchmap_provider_answers_total', 'Send attempts of this process, by provider and outcome.')
      .add({ provider: this.name, outcome: result.kind });
    return result;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ProcessClock } from '../../platform/clock/clock.js';
import { Env } from '../../platform/config/env.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { assertNever } from '../../domain/assert-never.js';
import { Slots } from '../slots.js';
import { MeasuredTransport } from './measured.js';
import { OutboxTransport } from './outbox.js';
import { SendGridTransport } from './sendgrid.js';
import { SmtpTransport } from './smtp.js';
import type { Transport } from './transport.js';

/** A transport with its free places. */
export interface WayOut {
  readonly transport: Transport;
  readonly slots: Slots;
}

/** Chooses how letters leave: nothing of a sandbox ever does. */
@Injectable()
export class Transports implements OnApplicationShutdown {
  private readonly outbox = wayOut(new OutboxTransport());
  private readonly live: WayOut;

  constructor(env: Env, clock: ProcessClock, metrics: Metrics) {
    this.live =
      env.TRANSPORT === 'outbox'
        ? this.outbox
        : wayOut(new MeasuredTransport(liveTransport(env, clock), metrics, clock));
  }

  of(clock: 'real' | 'virtual'): WayOut {
    return clock === 'virtual' ? this.outbox : this.live;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.live.transport.close();
  }
}

/** A transport with its places, all of them free. */
export function wayOut(transport: Transport): WayOut {
  return { transport, slots: new Slots(() => transport.slots) };
}

function liveTransport(env: Env, clock: ProcessClock): Transport {
  const deadlineMs = env.SEND_TIMEOUT_S * 1_000;
  switch (env.TRANSPORT) {
    case 'outbox':
      return new OutboxTransport();
    case 'smtp':
      return new SmtpTransport(env.SMTP_URL!, clock, deadlineMs);
    case 'sendgrid':
      return new SendGridTransport(env.SENDGRID_API_KEY!, env.SENDGRID_API_URL, clock, deadlineMs);
    default:
      return assertNever(env.TRANSPORT);
  }
}

import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Transports } from '../../delivery/transports/transports.js';
import { ProcessClock } from '../../platform/clock/clock.js';
import { Env } from '../../platform/config/env.js';
import type { AlertChannel } from './alert-channel.js';
import { AlertMail } from './alert-mail.js';
import { AlertWatch } from './alert-watch.js';
import { AlertWebhook } from './alert-webhook.js';
import { Episodes } from './episodes.js';
import { Troubles } from './troubles.js';

const LOOK_EVERY_MS = 60_000;

/** Looks for troubles every minute in every process that knows whom to tell, whatever its roles: a dead worker cannot. */
@Injectable()
export class AlertSchedule implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Null where nobody wants to be told. */
  readonly watch: AlertWatch | null;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(env: Env, transports: Transports, troubles: Troubles, episodes: Episodes, clock: ProcessClock) {
    const channels = channelsOf(env, transports, clock);
    this.watch = channels.length > 0 ? new AlertWatch(troubles, episodes, channels, clock) : null;
  }

  onApplicationBootstrap(): void {
    if (!this.watch) return;
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** One at a time: a look that waits for a slow channel is not overtaken by the next. */
  private look(): void {
    this.looking ??= this.watch?.look().finally(() => (this.looking = undefined));
  }
}

function channelsOf(env: Env, transports: Transports, clock: ProcessClock): readonly AlertChannel[] {
  return [
    ...(env.ALERT_WEBHOOK_URL ? [new AlertWebhook(env.ALERT_WEBHOOK_URL, clock)] : []),
    ...(env.ALERT_EMAIL ? [new AlertMail(env.ALERT_EMAIL, env.MAIL_FROM, () => transports.of('real'))] : []),
  ];
}

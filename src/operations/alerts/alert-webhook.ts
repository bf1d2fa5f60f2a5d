import { type ProcessClock } from '../../platform/clock/clock.js';
import { logger } from '../../platform/logging/logger.js';
import { AlertChannel } from './alert-channel.js';
import type { Notice } from './finding.js';

const WAIT_MS = 5_000;

/**
 * Posts a notice as JSON. The address is the operator's own, so it may be an internal one, but it is http or https and nothing
 * else, redirects are not followed, and of the answer only the status is read.
 */
export class AlertWebhook extends AlertChannel {
  readonly name = 'webhook';
  private readonly log = logger(AlertWebhook.name);

  constructor(
    private readonly url: string,
    private readonly clock: ProcessClock,
    private readonly waitMs: number = WAIT_MS,
  ) {
    super();
    if (!/^https?:$/.test(new URL(url).protocol)) throw new RangeError('alerts are posted to http or https only');
  }

  async send(notice: Notice): Promise<boolean> {
    const { id, event, kind, subject, text, openedAt, recoveredAt } = notice;
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(this.waitMs),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Touchmap',
          // The names of Standard Webhooks: the same id with every repetition.
          'webhook-id': `${id}.${event}`,
          'webhook-timestamp': String(Math.floor(this.clock.now().getTime() / 1_000)),
        },
        body: JSON.stringify({ type: `alert.${event}`, alert: { id, kind, subject, text, openedAt, recoveredAt } }),
      });
      await response.body?.cancel();
      if (response.ok) return true;
      this.log.warn('an alert was not taken', { event: 'alert.refused', channel: 'webhook', status: response.status });
    } catch (error) {
      // Neither the address nor the error's own text: both may hold a secret of the operator's.
      const reason = error instanceof Error ? error.name : 'unknown';
      this.log.warn('an alert could not be posted', { event: 'alert.failed', channel: 'webhook', reason });
    }
    return false;
  }
}

import { parseMailbox, senderDomain } from '../../delivery/mail-headers.js';
import { utf8Parts } from '../../delivery/transports/transport.js';
import type { WayOut } from '../../delivery/transports/transports.js';
import { logger } from '../../platform/logging/logger.js';
import { AlertChannel } from './alert-channel.js';
import type { Notice } from './finding.js';

/** Not a store: alerts have a client of their own and no row in anybody's ledger. */
const NO_STORE = 'alerts';

/** Mails a notice by the configured transport, one place of which it takes like any letter. */
export class AlertMail extends AlertChannel {
  readonly name = 'mail';
  private readonly log = logger(AlertMail.name);

  constructor(
    private readonly to: string,
    private readonly from: string,
    private readonly wayOut: () => WayOut,
  ) {
    super();
  }

  async send(notice: Notice): Promise<boolean> {
    const { transport, slots } = this.wayOut();
    if (transport.isLedger) {
      this.log.warn('an alert was not mailed: the outbox keeps letters in the house', {
        event: 'alert.refused',
        channel: 'mail',
      });
      return false;
    }
    await slots.take(1);
    const result = await transport.send(this.mail(notice)).finally(() => slots.giveBack(1));
    if (result.kind === 'accepted') return true;
    this.log.warn('an alert was not mailed', { event: 'alert.refused', channel: 'mail', outcome: result.kind });
    return false;
  }

  private mail({ id, event, kind, text, openedAt, recoveredAt }: Notice) {
    const from = parseMailbox(this.from);
    const lines = [
      event === 'opened' ? `${text}.` : `It is over: ${text}.`,
      `Since ${openedAt.toISOString()}${recoveredAt ? `, until ${recoveredAt.toISOString()}` : ''}.`,
      `What to do: docs/operations.md, Alerts, ${kind}.`,
    ];
    return {
      messageId: id,
      storeId: NO_STORE,
      from,
      to: this.to,
      replyTo: null,
      subject: `[Touchmap] ${event === 'opened' ? 'Alert' : 'Recovered'}: ${kind}`,
      parts: () =>
        utf8Parts({ html: lines.map((line) => `<p>${escaped(line)}</p>`).join(''), text: lines.join('\n\n') }),
      headers: { 'Message-ID': `<${id}.${event}@${senderDomain(from)}>`, 'Auto-Submitted': 'auto-generated' },
    };
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

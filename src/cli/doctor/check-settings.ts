import type { Env } from '../../platform/config/env.js';
import { type Finding, ok, unchecked, wrong } from './finding.js';

/** What the settings mean together; each by itself was read already. */
export function checkSettings(env: Env): readonly Finding[] {
  return [
    ok('settings', `they can be read; TRANSPORT=${env.TRANSPORT}, ROLES=${env.ROLES.join(',')}`),
    ...(env.TRANSPORT === 'outbox'
      ? [
          unchecked(
            'transport',
            'outbox: letters of live are stored and not sent',
            'set TRANSPORT=smtp or sendgrid to send',
          ),
        ]
      : []),
    ...mailServer(env),
    ...(env.SENDING_HOLD
      ? [unchecked('sending', 'all of it is held (SENDING_HOLD)', 'unset it when letters may go out again')]
      : []),
    ...(env.LIVE_RECIPIENTS.length > 0
      ? [
          unchecked(
            'recipients',
            `live writes to ${env.LIVE_RECIPIENTS.length} addresses or domains only (LIVE_RECIPIENTS)`,
          ),
        ]
      : []),
    alerts(env),
  ];
}

/** Where somebody between takes the offer of TLS away (RFC 3207 §6), the password is sent all the same, unless TLS is required. */
function mailServer({ TRANSPORT, SMTP_URL: text }: Env): readonly Finding[] {
  if (TRANSPORT !== 'smtp' || text === undefined) return [];
  const { protocol, username, hostname, searchParams } = new URL(text);
  const isSafe = protocol === 'smtps:' || searchParams.get('requireTLS') === 'true' || HERE.test(hostname);
  if (username === '' || isSafe) return [];
  return [
    unchecked(
      'mail server',
      `the password goes to ${hostname} unencrypted too, where no TLS is offered`,
      'add ?requireTLS=true to SMTP_URL, or use smtps://',
    ),
  ];
}

/** This machine. */
const HERE = /^(localhost|127\.[\d.]+|\[::1\])$/;

function alerts({ ALERT_EMAIL: email, ALERT_WEBHOOK_URL: webhook, TRANSPORT }: Env): Finding {
  if (email && !webhook && TRANSPORT === 'outbox')
    return wrong(
      'alerts',
      'they would be mailed, and the outbox mails nothing',
      'set ALERT_WEBHOOK_URL, or another TRANSPORT',
    );
  if (email || webhook) return ok('alerts', [email && 'mail', webhook && 'webhook'].filter(Boolean).join(' and '));
  return unchecked('alerts', 'nobody is told of troubles', 'set ALERT_WEBHOOK_URL or ALERT_EMAIL');
}

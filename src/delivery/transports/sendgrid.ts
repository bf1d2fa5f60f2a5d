import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { MailService } from '@sendgrid/mail';
import type { ProcessClock } from '../../platform/clock/clock.js';
import { withDeadline } from './deadline.js';
import { providerAddress } from './mime-headers.js';
import { messageIdOf, sendGridOutcome, type SendGridFailure } from './sendgrid-outcome.js';
import { Transport, type Mail, type SendResult } from './transport.js';

const SLOTS = 32;
const DEADLINE_MS = 20_000;
/**
 * Idle connections are closed after this. A provider closes them too, and a letter written to one at that moment would be
 * unknown: so ours are gone long before.
 */
const IDLE_MS = 4_000;
/** Half a second for the answer to be read after the client's own timeout. */
const MARGIN_MS = 500;

/** The client below the service; its typings keep it private although every setting beyond the key is made on it. */
interface ConfiguredService {
  readonly client: { setDefaultRequest(key: string, value: unknown): void };
}

/** Sends through SendGrid's v3 API (or whatever speaks it at SENDGRID_API_URL). */
export class SendGridTransport extends Transport {
  readonly name = 'sendgrid';
  readonly slots = SLOTS;
  private readonly services = new Map<string, MailService>();
  private readonly agents = [HttpAgent, HttpsAgent].map(
    (Agent) => new Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: SLOTS }),
  );

  constructor(
    private readonly apiKey: string,
    private readonly apiUrl: string,
    private readonly clock: ProcessClock,
    readonly deadlineMs: number = DEADLINE_MS,
  ) {
    super();
  }

  send(mail: Mail): Promise<SendResult> {
    return withDeadline(this.attempt(mail), this.deadlineMs);
  }

  close(): Promise<void> {
    this.services.clear();
    for (const agent of this.agents) agent.destroy();
    return Promise.resolve();
  }

  private async attempt(mail: Mail): Promise<SendResult> {
    try {
      const [response] = await this.serviceOf(mail.storeId).send(requestOf(mail));
      return {
        kind: 'accepted',
        status: response.statusCode,
        providerMessageId: messageIdOf(response.headers),
      };
    } catch (error) {
      return sendGridOutcome(error as SendGridFailure, this.clock.now().getTime());
    }
  }

  /** One client a store: the package's own export is a singleton, a second key would replace the first. */
  private serviceOf(storeId: string): MailService {
    const known = this.services.get(storeId);
    if (known) return known;
    const service = new MailService();
    service.setApiKey(this.apiKey);
    service.setTimeout(this.deadlineMs - MARGIN_MS);
    const { client } = service as unknown as ConfiguredService;
    client.setDefaultRequest('baseUrl', this.apiUrl);
    client.setDefaultRequest('httpAgent', this.agents[0]);
    client.setDefaultRequest('httpsAgent', this.agents[1]);
    // A redirect would carry the key and the letter to another host.
    client.setDefaultRequest('maxRedirects', 0);
    this.services.set(storeId, service);
    return service;
  }
}

/**
 * The request's body. Headers stand in the personalization and not at the top: @sendgrid/mail 8.1.6 copies the top-level
 * `headers` of a mail into the HTTP request, where one named Authorization would replace the key.
 */
function requestOf(mail: Mail): Parameters<MailService['send']>[0] {
  const { html, text } = mail.parts();
  const mailbox = (email: string): { email: string } => ({ email: providerAddress(email) });
  return {
    from: mail.from.name ? { ...mailbox(mail.from.email), name: mail.from.name } : mailbox(mail.from.email),
    personalizations: [{ to: [mailbox(mail.to)], headers: { ...mail.headers }, customArgs: { mid: mail.messageId } }],
    ...(mail.replyTo ? { replyTo: mailbox(mail.replyTo) } : {}),
    subject: mail.subject,
    text: text.toString(),
    html: html.toString(),
    // Opens, clicks and unsubscribes are ours to count; rewritten links would break the signed ones.
    trackingSettings: {
      clickTracking: { enable: false, enableText: false },
      openTracking: { enable: false },
      subscriptionTracking: { enable: false },
      ganalytics: { enable: false },
    },
  };
}

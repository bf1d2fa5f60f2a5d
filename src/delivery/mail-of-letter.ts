import type { StoreSettings } from '../stores/store-settings.js';
import type { RenderedMail } from '../templates/render-request.js';
import type { ClearedLetter } from './guard-writes.js';
import type { Letter } from './letter.js';
import { headerText, letterHeaders } from './mail-headers.js';
import { dayIn } from './sent-on.js';
import type { Mailbox } from './transports/transport.js';

/** Makes the mail of a letter that may go. Whatever becomes a header loses its control characters here. */
export function clearedLetter(
  letter: Letter,
  rendered: RenderedMail,
  to: string,
  defaultFrom: Mailbox,
  at: Date,
): ClearedLetter {
  const { message, settings, unsubscribeUrl } = letter;
  const attempt = message.attempts + 1;
  const from = senderOf(settings, defaultFrom);
  const headers = letterHeaders({
    messageId: message.id,
    attempt,
    from,
    messageClass: message.messageClass,
    unsubscribeUrl,
  });
  return {
    letter,
    attempt,
    sentOn: dayIn(settings.timezone, at),
    mail: {
      messageId: message.id,
      storeId: message.storeId,
      from,
      to: headerText(to),
      replyTo: settings.replyTo ? headerText(settings.replyTo) : null,
      subject: headerText(rendered.subject),
      parts: () => rendered.parts(),
      headers,
    },
  };
}

/** Who a store's letters are from. */
export function senderOf({ from }: Pick<StoreSettings, 'from'>, defaultFrom: Mailbox): Mailbox {
  return from ? { email: headerText(from.email), name: headerText(from.name) } : defaultFrom;
}

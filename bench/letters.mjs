import { randomUUID } from 'node:crypto';
import { LetterLinks } from '../dist/templates/letter-links.js';
import { letterContext } from '../dist/delivery/letter-context.js';
import { defaultSettings } from '../dist/stores/store-settings.js';
import { cartEvent } from './people.mjs';

/** What delivery hands to the renderer for reminders of these many people, half of them in each locale. */
export function letterContexts(app, environmentId, count) {
  const links = app.get(LetterLinks, { strict: false });
  const settings = { ...defaultSettings('Nordwind'), postalAddress: 'Nordwind, Hafenstraße 1, 20457 Hamburg' };
  const now = new Date();
  return Array.from({ length: count }, (_, person) => {
    const { type, data, contact } = cartEvent(person);
    const messageId = randomUUID();
    return {
      locale: contact.locale,
      context: letterContext({
        event: { id: `e-${person}`, type, at: now.toISOString(), data },
        contact: { ...contact, id: randomUUID(), lastName: null, timezone: null, tags: [], attributes: {} },
        run: { enteredAt: now, touches: 0, variant: '', subject: data.cartId },
        settings,
        links: links.pages({ environmentId, id: messageId, messageClass: 'marketing' }),
        now,
      }),
      signing: links.signing(environmentId, messageId),
    };
  });
}

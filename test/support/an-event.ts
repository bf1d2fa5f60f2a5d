import { canonicalHash } from '../../src/ingest/canonical-hash.js';
import type { IncomingEvent } from '../../src/ingest/incoming-event.js';
import { newId } from '../../src/platform/ids.js';

/** What a test says of an event; the rest is a cart of anna@example.com. */
export type EventWish = Partial<Omit<IncomingEvent, 'identity' | 'bodyHash'>> & {
  readonly email?: string | null;
  readonly externalId?: string | null;
  readonly anonymousId?: string;
};

/** A checked event on its way into the inbox. */
export function anEvent({
  email,
  externalId,
  anonymousId,
  ...wish
}: EventWish & { readonly environmentId: string }): IncomingEvent {
  const isAnybody = email !== undefined || externalId !== undefined || anonymousId !== undefined;
  const address = isAnybody ? email : 'anna@example.com';
  return {
    id: newId(),
    clock: 'real',
    key: null,
    bodyHash:
      wish.key === undefined || wish.key === null
        ? null
        : canonicalHash([wish.type, wish.dataJson, email, externalId, anonymousId]),
    type: 'cart.updated',
    occurredAt: null,
    identity: {
      ...(address === undefined
        ? {}
        : { email: address === null ? null : { email: address, key: address.toLowerCase() } }),
      ...(externalId === undefined ? {} : { externalId }),
      ...(anonymousId === undefined ? {} : { anonymousId }),
    },
    patch: null,
    attributes: undefined,
    consent: null,
    dataJson: '{"cartId":"81"}',
    aboutPersonChars: 0,
    ...wish,
  };
}

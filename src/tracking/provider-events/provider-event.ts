import { createHash } from 'node:crypto';
import type { SuppressionReason } from '../../contacts/suppressions.js';

/** How far a letter came, as its provider tells it. */
export type Delivery = 'processed' | 'deferred' | 'delivered' | 'blocked' | 'bounced' | 'dropped' | 'complained';

/** What a report says. Opens and clicks of a provider are kept, but our own pixel and links are what is counted. */
export type ProviderEventKind = Delivery | 'unsubscribed' | 'opened' | 'clicked' | 'other';

/** A report of a provider, or of whoever reads the bounce mailbox, in our words. */
export interface ProviderEvent {
  /** The same report has the same key, however often and under whatever id it is delivered. */
  readonly key: string;
  readonly kind: ProviderEventKind;
  /** Our letter; null when the report does not name one. */
  readonly messageId: string | null;
  /** The address, looked at only when no letter is named; never stored with the report. */
  readonly address: string | null;
  readonly providerMessageId: string | null;
  /** When it happened; null when the report does not say (then it happens now). */
  readonly at: Date | null;
  /** The provider's words, without addresses. */
  readonly detail: string | null;
  /** Why nothing may go to the address any more. */
  readonly suppress: Exclude<SuppressionReason, 'manual' | 'soft_bounces'> | null;
  /** The person took themselves off the list at the provider. */
  readonly unsubscribes: boolean;
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const MESSAGE_REF = new RegExp(`^(?:(${UUID})|<?(${UUID})\\.\\d{1,9}@[^<>\\s]+>?)$`, 'i');
const ADDRESS = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;
const MAX_DETAIL = 500;

/** The letter's id in a reference of ours: the id itself, or the Message-ID header `<id.attempt@domain>`. */
export function messageIdOf(reference: unknown): string | null {
  if (typeof reference !== 'string') return null;
  const [, id, fromHeader] = MESSAGE_REF.exec(reference.trim()) ?? [];
  return (id ?? fromHeader)?.toLowerCase() ?? null;
}

/** A provider's words as they may be stored: one line, bounded, addresses taken out (they could not be erased later). */
export function detailOf(...parts: readonly unknown[]): string | null {
  const text = parts
    .filter((part) => typeof part === 'string' && part !== '')
    .map((part) =>
      (part as string)
        .slice(0, 4 * MAX_DETAIL)
        .toWellFormed()
        .replace(CONTROL, ' ')
        .replace(ADDRESS, '…'),
    )
    .join(': ')
    .trim()
    .slice(0, MAX_DETAIL)
    .toWellFormed();
  return text === '' ? null : text;
}

/** A report's fingerprint. */
export function keyOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

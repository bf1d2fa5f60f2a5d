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
  /**
   * What of the key is left where a report names neither letter nor instant: the same is said of the next letter, so that the key is
   * made anew when the letter is known (`keyOfReport`). Null for any other report.
   */
  readonly words: readonly unknown[] | null;
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
/** It begins where a word begins: tried at each letter of a long one, a thousand reports took seconds. */
const ADDRESS = /(?<![^\s<>"'(),;:])[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g;
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

/**
 * The key under which a report counts, now that its letter is known: without instant and name it is of the letter that it was found to be
 * about, as if it had named it; where there is none, of its address and the day (UTC) on which it came.
 */
export function keyOfReport(
  { key, words, address, at }: ProviderEvent & { readonly at: Date },
  messageId: string | null,
): string {
  if (words === null) return key;
  return messageId === null
    ? keyOf('bounces', address, at.toISOString().slice(0, 10), ...words)
    : keyOf('bounces', messageId, ...words);
}

/** A report's fingerprint. */
export function keyOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

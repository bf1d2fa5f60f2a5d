import { assertNever } from '../../domain/assert-never.js';
import { blamedBy } from '../../domain/refusal.js';
import { detailOf, keyOf, messageIdOf, type ProviderEvent, type ProviderEventKind } from './provider-event.js';

/** Bounces whose cause is the sender or the moment, not the address: they are refusals for now, whatever their type. */
const NOT_THE_ADDRESS = new Set(['content', 'reputation', 'frequency or volume too high', 'technical']);
/** SendGrid's own word that there is no such address. */
const INVALID = 'invalid address';
const MAX_TEXT = 200;

/**
 * Reads one item of SendGrid's event webhook; null for what is not an object with an event. The letter is named by the custom
 * argument `mid` (an asynchronous bounce carries nothing else), or by our Message-ID when mail went through SendGrid's relay.
 */
export function sendGridEvent(item: unknown): ProviderEvent | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
  const raw = item as Readonly<Record<string, unknown>>;
  const event = textOf(raw['event']);
  if (event === null) return null;
  const kind = kindOf(event, raw);
  const messageId = messageIdOf(raw['mid']) ?? messageIdOf(raw['smtp-id']);
  const sgMessageId = textOf(raw['sg_message_id']);
  const reference = messageId ?? sgMessageId ?? textOf(raw['smtp-id']) ?? textOf(raw['email']);
  return {
    key: keyOf('sendgrid', reference, event, ...['timestamp', 'url', 'reason'].map((field) => plainOf(raw[field]))),
    words: null,
    kind,
    messageId,
    address: null,
    providerMessageId: sgMessageId?.split('.')[0] ?? null,
    at: instantOf(raw['timestamp']),
    detail: detailOf(raw['bounce_classification'], raw['status'], raw['reason'] ?? raw['response']),
    suppress: suppressionOf(kind, raw),
    unsubscribes: kind === 'unsubscribed' || (kind === 'dropped' && /^unsubscribed/i.test(reasonOf(raw))),
  };
}

function kindOf(event: string, raw: Readonly<Record<string, unknown>>): ProviderEventKind {
  switch (event) {
    case 'processed':
    case 'deferred':
    case 'delivered':
    case 'dropped':
      return event;
    case 'bounce':
      return isForNow(raw) ? 'blocked' : 'bounced';
    case 'blocked':
      return 'blocked';
    case 'spamreport':
      return 'complained';
    case 'unsubscribe':
    case 'group_unsubscribe':
      return 'unsubscribed';
    case 'open':
      return 'opened';
    case 'click':
      return 'clicked';
    default:
      return 'other';
  }
}

function isForNow(raw: Readonly<Record<string, unknown>>): boolean {
  if (raw['type'] === 'blocked') return true;
  const classification = (textOf(raw['bounce_classification']) ?? '').toLowerCase();
  if (NOT_THE_ADDRESS.has(classification)) return true;
  return classification !== INVALID && blamedBy(`${textOf(raw['status']) ?? ''} ${reasonOf(raw)}`) === 'sender';
}

/** SendGrid drops letters to addresses on lists of its own: that teaches us what such a list knows. */
function suppressionOf(kind: ProviderEventKind, raw: Readonly<Record<string, unknown>>): ProviderEvent['suppress'] {
  switch (kind) {
    case 'bounced':
      return 'hard_bounce';
    case 'complained':
      return 'complaint';
    case 'dropped': {
      if (/^spam report/i.test(reasonOf(raw))) return 'complaint';
      return /^(bounced address|invalid$|invalid address)/i.test(reasonOf(raw)) ? 'hard_bounce' : null;
    }
    case 'processed':
    case 'deferred':
    case 'delivered':
    case 'blocked':
    case 'unsubscribed':
    case 'opened':
    case 'clicked':
    case 'other':
      return null;
    default:
      return assertNever(kind);
  }
}

function reasonOf(raw: Readonly<Record<string, unknown>>): string {
  return (textOf(raw['reason']) ?? '').trim();
}

/** A text of the report, bounded and fit for the database. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== ''
    ? value.slice(0, MAX_TEXT).replaceAll('\u0000', '').toWellFormed()
    : null;
}

/** A field as a fingerprint takes it. No field of theirs is a list or an object, and one may be nested too deep to be written. */
function plainOf(value: unknown): unknown {
  return value === undefined || typeof value === 'object' ? null : value;
}

/** Seconds since 1970, as a number or in digits. */
function instantOf(timestamp: unknown): Date | null {
  const seconds = typeof timestamp === 'string' && /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : timestamp;
  return typeof seconds === 'number' && seconds > 0 && seconds < 1e11 ? new Date(seconds * 1_000) : null;
}

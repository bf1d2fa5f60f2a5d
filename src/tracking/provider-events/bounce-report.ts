import { parseEmail } from '../../domain/email-address.js';
import { blamedBy } from '../../domain/refusal.js';
import { isInstant } from '../../domain/written-instant.js';
import { BadInput, type Problem, Unprocessable } from '../../platform/http/domain-error.js';
import { pointerStep } from '../../platform/http/json-pointer.js';
import { detailOf, keyOf, messageIdOf, type ProviderEvent } from './provider-event.js';

/** What the reader of a mailbox may say of a letter. */
export const REPORT_KINDS = ['hard', 'soft', 'complaint'] as const;
type ReportKind = (typeof REPORT_KINDS)[number];

const FIELDS = new Set(['messageId', 'address', 'kind', 'reason', 'at']);
const MAX_REPORTS = 1_000;

/**
 * Reads the body of `POST /hooks/bounces`: one report or a list of up to 1,000. Throws 400 for any other shape and 422 with
 * pointers for reports that cannot mean anything; then none is taken.
 */
export function bounceReports(body: unknown): readonly ProviderEvent[] {
  const isList = Array.isArray(body);
  const items: readonly unknown[] = isList ? body : [body];
  if (items.length > MAX_REPORTS) throw new BadInput('too_many', `send at most ${MAX_REPORTS} reports at a time`);
  const problems: Problem[] = [];
  const events = items.flatMap((item, i) => reportOf(item, isList ? `/${i}` : '', problems) ?? []);
  if (problems.length > 0) throw new Unprocessable('invalid', 'some reports cannot be read', problems);
  return events;
}

function reportOf(item: unknown, pointer: string, problems: Problem[]): ProviderEvent | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw new BadInput('malformed', 'a report is an object: { "messageId" or "address", "kind", "reason", "at" }');
  const raw = item as Readonly<Record<string, unknown>>;
  const before = problems.length;
  const wrong = (field: string, detail: string): void =>
    void problems.push({ pointer: pointer + pointerStep(field), detail });
  for (const field of Object.keys(raw)) if (!FIELDS.has(field)) wrong(field, 'is not a field of this object');
  const { messageId: reference, address, kind, reason, at } = raw;
  const messageId = messageIdOf(reference);
  if (given(reference) && messageId === null)
    wrong('messageId', 'must be a letter’s id or its Message-ID header as we wrote it');
  const email = typeof address === 'string' ? parseEmail(address) : null;
  if (given(address) && !email?.ok) wrong('address', 'must be an e-mail address');
  if (!given(reference) && !given(address)) wrong('messageId', 'is needed, or an address');
  if (!isKind(kind)) wrong('kind', `must be one of ${REPORT_KINDS.join(', ')}`);
  if (given(reason) && typeof reason !== 'string') wrong('reason', 'must be a text');
  const instant = isInstant(at) ? new Date(at as string) : null;
  if (given(at) && instant === null) wrong('at', 'must be an ISO 8601 instant');
  if (problems.length > before || !isKind(kind)) return null;
  const key = email?.ok ? email.key : null;
  const words = [kind, instant?.toISOString() ?? null, reason ?? null];
  // A mailbox's reader tells a permanent refusal from one for now; whom it is about only the server's words say.
  const means = kind === 'hard' && blamedBy(detailOf(reason) ?? '') === 'sender' ? 'soft' : kind;
  return {
    key: keyOf('bounces', messageId ?? key, ...words),
    words: messageId === null && instant === null ? words : null,
    kind: KINDS[means],
    messageId,
    address: key,
    providerMessageId: null,
    at: instant,
    detail: detailOf(reason),
    suppress: means === 'hard' ? 'hard_bounce' : means === 'complaint' ? 'complaint' : null,
    unsubscribes: false,
  };
}

const KINDS = { hard: 'bounced', soft: 'blocked', complaint: 'complained' } as const;

function given(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isKind(kind: unknown): kind is ReportKind {
  return (REPORT_KINDS as readonly unknown[]).includes(kind);
}

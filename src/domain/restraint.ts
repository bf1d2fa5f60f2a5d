import { assertNever } from './assert-never.js';
import type { CompiledEmail } from './compiled-scenario.js';
import { longestDays, parseDuration } from './duration.js';
import { isQuiet, nextOpening, type QuietHours } from './local-hours.js';
import type { SkipReason, WaitReason } from './reasons.js';
import type { SendDecision } from './run.js';
import type { MessageClass } from './scenario-schema.js';

/** At most `max` marketing letters to a person in any stretch of `per` (elapsed time: a day is 24 hours). */
export interface FrequencyCap {
  readonly max: number;
  readonly per: string;
}

/** What becomes of a letter that gave way to another: it waits, it ends with its run, or it is left out and its run goes on. */
export type Arbitration = 'defer' | 'drop' | 'replace';

/** How a store holds itself back; nothing of it is set by default. */
export interface StoreRestraint {
  readonly quietHours: QuietHours | null;
  readonly caps: readonly FrequencyCap[] | null;
  /** Shortest pause between two marketing letters to a person, elapsed. */
  readonly minimumGap: string | null;
  readonly arbitration: Arbitration;
}

/** A letter that would go now if nothing held it back. */
export interface RestrainedLetter {
  readonly scenarioKey: string;
  readonly messageClass: MessageClass;
  readonly email: CompiledEmail;
  /** The person's zone, else the store's. */
  readonly zone: string;
  /** When it was first meant to go; `late` counts from here, however often it waits. */
  readonly meantAt: Date;
  /** It follows up a cart and the store has stopped telling of its orders. */
  readonly feedIsSilent: boolean;
}

/** As of any letter, or: not now, ask again at this instant. `send_window` names the step's window, `quiet_hours` the store's. */
export type RestraintDecision =
  SendDecision | { readonly kind: 'defer'; readonly until: Date; readonly reason: WaitReason };

const DAY_MS = 86_400_000;
/** How often a letter asks whether the store tells of its orders again. */
export const FEED_ASKED_EVERY_MS = 10 * 60_000;

/**
 * What holds one letter back, given when its person's marketing letters of late were sent. In turn: the silent order feed,
 * the minimum gap with the hours behind it, the hours, and last the caps, which count at the moment it would really go.
 */
export function restrain(
  letter: RestrainedLetter,
  store: StoreRestraint,
  sent: readonly Date[],
  now: Date,
): RestraintDecision {
  if (letter.feedIsSilent)
    return wait(letter, new Date(now.getTime() + FEED_ASKED_EVERY_MS), 'order_feed_silent', 'order_feed_silent');
  const gapEnd = counts(letter) ? endOfGap(store, sent, now) : now;
  const opening = openingFor(letter, store, gapEnd);
  if (gapEnd > now)
    return wait(letter, opening, 'minimum_gap', isTooLate(letter, gapEnd) ? 'frequency_cap' : 'quiet_hours_expired');
  if (opening === null || opening > now)
    return wait(letter, opening, closedBy(letter, store, now), 'quiet_hours_expired');
  return counts(letter) && freeByCaps(store, sent, now) > now ? skip('frequency_cap') : { kind: 'send' };
}

/** Only marketing is counted by caps and gap, and only marketing is held back by them. */
export function counts({ messageClass }: Pick<RestrainedLetter, 'messageClass'>): boolean {
  return messageClass === 'marketing';
}

/** The first instant, not before now, at which caps and gap leave place for one more letter. */
export function nextPlace(store: StoreRestraint, sent: readonly Date[], now: Date): Date {
  return later(endOfGap(store, sent, now), freeByCaps(store, sent, now));
}

/** How far back sent letters matter, in milliseconds; 0 when the store counts none. */
export function reachMs({ caps, minimumGap }: Pick<StoreRestraint, 'caps' | 'minimumGap'>): number {
  return Math.max(0, minimumGap === null ? 0 : spanMs(minimumGap), ...(caps ?? []).map(({ per }) => spanMs(per)));
}

/** Makes a letter that lost its place wait for the next one, or leave, by the store's policy. */
export function giveWay(
  letter: RestrainedLetter,
  store: StoreRestraint,
  { winner, place }: { readonly winner: string; readonly place: Date },
): RestraintDecision {
  const lost = `lost_to:${winner}` as const;
  switch (store.arbitration) {
    case 'defer':
      return wait(letter, openingFor(letter, store, place), lost, lost);
    case 'drop':
      return { kind: 'end', reason: 'ended_by_step:lost_to', message: lost };
    case 'replace':
      return skip(lost);
    default:
      return assertNever(store.arbitration);
  }
}

function openingFor({ messageClass, email, zone }: RestrainedLetter, store: StoreRestraint, from: Date): Date | null {
  const quiet = messageClass === 'service' ? null : store.quietHours;
  const window = email.step.window ?? null;
  return quiet === null && window === null ? from : nextOpening(from, zone, { quiet, window });
}

function closedBy({ messageClass, zone }: RestrainedLetter, { quietHours }: StoreRestraint, now: Date): WaitReason {
  return messageClass !== 'service' && isQuiet(now, zone, quietHours) ? 'quiet_hours' : 'send_window';
}

/** A letter that cannot go in time any more follows its step: left out, the end of its run, or (`send`) it waits all the same. */
function wait(
  letter: RestrainedLetter,
  until: Date | null,
  reason: WaitReason,
  expired: SkipReason,
): RestraintDecision {
  const { then } = letter.email.step.late;
  if (until !== null && (then === 'send' || !isTooLate(letter, until))) return { kind: 'defer', until, reason };
  return then === 'exit' ? { kind: 'end', reason: 'ended_by_step:late', message: expired } : skip(expired);
}

function isTooLate({ meantAt, email }: RestrainedLetter, at: Date): boolean {
  return at.getTime() - meantAt.getTime() > email.lateAfterMs;
}

function endOfGap({ minimumGap }: StoreRestraint, sent: readonly Date[], now: Date): Date {
  if (minimumGap === null || sent.length === 0) return now;
  const last = Math.max(...sent.map((at) => at.getTime()));
  return later(new Date(last + spanMs(minimumGap)), now);
}

/** A letter stops counting exactly `per` after it was sent. */
function freeByCaps({ caps }: StoreRestraint, sent: readonly Date[], now: Date): Date {
  const newestFirst = sent.map((at) => at.getTime()).sort((a, b) => b - a);
  const frees = (caps ?? []).map(({ max, per }) => (newestFirst[max - 1] ?? -Infinity) + spanMs(per));
  return new Date(Math.max(now.getTime(), ...frees));
}

function spanMs(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new RangeError(parsed.detail);
  return longestDays(parsed.units) * DAY_MS;
}

function skip(reason: SkipReason): RestraintDecision {
  return { kind: 'skip', reason };
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

import { assertNever } from './assert-never.js';
import { addDuration, addOffset, addTimes, longestMs, nextTimeOfDay, startOfDay } from './calendar.js';
import type { AwaitedEvent, CompiledRepeat, WaitEnd } from './compiled-scenario.js';
import type { PastReason } from './reasons.js';
import type { Facts, RunState } from './run.js';
import { zoneNamed, zoneOf } from './zone.js';

type MomentEnd = Extract<WaitEnd, { kind: 'date' }>;

/** A moment that cannot be waited for, and what is to be done. */
export interface Past {
  readonly reason: PastReason;
  readonly ifPast: MomentEnd['ifPast'];
  /** What an unknown moment misses. */
  readonly field?: string;
}

/** When a wait ends that begins at `cursor`, which may be in the past as well. */
export function endOfWait(
  end: Exclude<WaitEnd, AwaitedEvent>,
  run: RunState,
  facts: Facts,
  cursor: Date,
  now: Date,
): Date | Past {
  switch (end.kind) {
    case 'for': {
      const anchor = end.from === 'entry' ? run.enteredAt : run.previousAt;
      const over = addDuration(anchor, end.iso, zoneOf(facts.contact, facts.store));
      // A wait never ends before it begins: one from entry that is long over ends where the timeline stands.
      return over.getTime() < cursor.getTime() ? cursor : over;
    }
    case 'until':
      return nextTimeOfDay(cursor, end.time, end.days, zoneNamed(end.zone, facts));
    case 'date':
      return moment(end, run, facts, cursor, now);
    default:
      return assertNever(end);
  }
}

function moment({ at, offset, ifPast }: MomentEnd, run: RunState, facts: Facts, cursor: Date, now: Date): Date | Past {
  const found = at.moment({ event: run.event, run, facts, now });
  if (found.value === null) return { reason: 'date_unknown', ifPast, field: found.field };
  const zone = zoneOf(facts.contact, facts.store);
  const named = typeof found.value === 'string' ? startOfDay(found.value, zone) : found.value;
  const end = offset === null ? named : addOffset(named, offset, zone);
  return end.getTime() < cursor.getTime() ? { reason: 'date_past', ifPast } : end;
}

/**
 * When the next turn of a repeat is to begin, null when the one that the run is in was the last. Turns are counted from the first one, so
 * that a month stays one: 31 January, 28 February, 31 March. Those that were missed, because a turn took longer than there is between two
 * or nothing ran meanwhile, are left out: nobody wants three digests at once.
 */
export function nextTurn(
  { every, end }: CompiledRepeat,
  { round, enteredAt }: RunState,
  first: Date,
  facts: Facts,
  cursor: Date,
): Date | null {
  const zone = zoneOf(facts.contact, facts.store);
  const next = firstTurnAfter(cursor, first, every, zone);
  switch (end.kind) {
    case 'times':
      return round < end.times ? next : null;
    case 'until':
      return next.getTime() <= addDuration(enteredAt, end.iso, zone).getTime() ? next : null;
    case 'forever':
      return next;
    default:
      return assertNever(end);
  }
}

function firstTurnAfter(cursor: Date, first: Date, every: string, zone: string): Date {
  let turn = Math.max(1, Math.floor((cursor.getTime() - first.getTime()) / longestMs(every)));
  for (;;) {
    const at = addTimes(first, every, turn, zone);
    if (at.getTime() > cursor.getTime()) return at;
    turn++;
  }
}

import { Temporal } from 'temporal-polyfill';

/** A stretch of time in which a zone keeps one offset from UTC. */
export interface OffsetSpan {
  readonly fromMs: number;
  /** First instant of the next offset. */
  readonly untilMs: number;
  readonly offsetMs: number;
}

const KEPT_ZONES = 1_000;
const KEPT_SPANS = 16;

const known = new Map<string, boolean>();
const spans = new Map<string, OffsetSpan[]>();

/** Whether calendars can be kept in the zone (`Europe/Moscow`). */
export function isZone(name: string): boolean {
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  if (known.size >= KEPT_ZONES) known.clear();
  let valid = true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Intl takes names of its own, such as PST and IST, in which Temporal counts nothing: they mean several zones.
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
  } catch {
    valid = false; // the only way to ask: an unknown zone is a RangeError
  }
  known.set(name, valid);
  return valid;
}

/** The zone that a person's calendar runs in: theirs when it is a known one, else the store's, else UTC. */
export function zoneOf(contact: { readonly timezone: string | null }, store: { readonly timezone: string }): string {
  if (contact.timezone !== null && isZone(contact.timezone)) return contact.timezone;
  return isZone(store.timezone) ? store.timezone : 'UTC';
}

/** The zone that a step names: `contact` (as in `zoneOf`), `store`, or itself; UTC where it is not known. */
export function zoneNamed(
  name: string,
  {
    contact,
    store,
  }: { readonly contact: { readonly timezone: string | null }; readonly store: { readonly timezone: string } },
): string {
  if (name === 'contact') return zoneOf(contact, store);
  const zone = name === 'store' ? store.timezone : name;
  return isZone(zone) ? zone : 'UTC';
}

/** The zone's offset at an instant and how long it holds; kept, because asking takes 20 µs and a batch asks thousands of times. */
export function offsetSpan(zone: string, atMs: number): OffsetSpan {
  let kept = spans.get(zone);
  const found = kept?.find((span) => span.fromMs <= atMs && atMs < span.untilMs);
  if (found !== undefined) return found;
  if (spans.size >= KEPT_ZONES) spans.clear();
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
  // The millisecond later makes an instant that is itself a transition count as the start of its span.
  const started = local.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const ends = local.getTimeZoneTransition('next');
  const span = {
    fromMs: started?.epochMilliseconds ?? -Infinity,
    untilMs: ends?.epochMilliseconds ?? Infinity,
    offsetMs: local.offsetNanoseconds / 1e6,
  };
  kept = kept === undefined || kept.length >= KEPT_SPANS ? [] : kept;
  kept.push(span);
  spans.set(zone, kept);
  return span;
}

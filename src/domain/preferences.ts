import type { SkipReason } from './reasons.js';
import type { ContactFacts } from './run.js';
import type { MessageClass } from './scenario-schema.js';

/** Something that a person can want or not: a class of letters, or a group of scenarios. */
export type Topic = `class:${DeclinableClass}` | `group:${string}`;

/** Service letters are owed to everybody, and nobody can decline them. */
export type DeclinableClass = Exclude<MessageClass, 'service'>;

/** A pause in milliseconds of elapsed time: 30 days. */
export const PAUSE_MS = 30 * 86_400_000;

/** What the person's own choice has against a letter; service letters are not asked about. */
export function preferenceBarrier(
  { messageClass, group }: { readonly messageClass: DeclinableClass; readonly group: string },
  { declined, pausedUntil }: Pick<ContactFacts, 'declined' | 'pausedUntil'>,
  now: Date,
): SkipReason | null {
  if (declined.includes(`class:${messageClass}`)) return 'class_declined';
  if (declined.includes(`group:${group}`)) return 'group_declined';
  return isPaused(pausedUntil, now) ? 'paused_by_person' : null;
}

/** Whether the person still wants to be left alone; the pause ends at its last instant. */
export function isPaused(pausedUntil: string | null, now: Date): boolean {
  return pausedUntil !== null && now.getTime() < Date.parse(pausedUntil);
}

/** What changes when a person who was shown these topics wants some of them; topics that were not shown stay as they are. */
export function changedTopics<T extends string>(
  declined: readonly string[],
  { shown, wanted }: { readonly shown: readonly T[]; readonly wanted: readonly string[] },
): {
  readonly declined: readonly string[];
  readonly changes: readonly { readonly topic: T; readonly wanted: boolean }[];
} {
  const changes = shown
    .map((topic) => ({ topic, wanted: wanted.includes(topic) }))
    .filter((choice) => choice.wanted === declined.includes(choice.topic));
  const changed = new Set<string>(changes.map(({ topic }) => topic));
  const kept = declined.filter((topic) => !changed.has(topic));
  const added = changes.filter((choice) => !choice.wanted).map(({ topic }) => topic);
  return { declined: [...kept, ...added].sort(), changes };
}

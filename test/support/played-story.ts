import { simulate } from '../../src/domain/simulate.js';
import type { Reaction, Simulated, Story } from '../../src/domain/story.js';
import { aCompiled, aContact, anEvent, facts } from './domain-builders.js';

/** A store that holds nothing back. */
export const FREE = { quietHours: null, caps: null, minimumGap: null, arbitration: 'defer' } as const;
const { store } = facts();

/** Anna, who leaves a cart, and nothing else happens. */
export function aStory(over: Partial<Story> = {}): Story {
  return { event: anEvent(), reactions: [], contact: aContact(), store, restraint: FREE, ...over };
}

/** The abandoned cart with other fields, and what happens to Anna in it. */
export function played(scenario: object, over: Partial<Story> = {}): Simulated {
  const play = simulate(aCompiled({ ...scenario }), aStory(over));
  for (let piece = play.next(); ; piece = play.next()) if (piece.done) return piece.value;
}

/** What Anna does with a letter, an hour after it by default. */
export function act(stepId: string, action: 'open' | 'click' | 'unsubscribe', after = 'PT1H'): Reaction {
  return { kind: 'act', stepId, action, after };
}

/** What happens to her so long after the first event. */
export function later(after: string, type: string, data: object = {}, id = `${type} ${after}`): Reaction {
  return { kind: 'event', event: { id, type, data: { ...data } }, after };
}

/** `21 09:45 reminder sent`, with a reason, a field and a run's number where there are any. */
export function linesOf({ timeline }: Simulated): readonly string[] {
  return timeline.map(({ at, stepId, outcome, reason, field, run }) => {
    const said = [reason, field && `(${field})`, run !== null && run > 1 && `#${run}`].filter(Boolean);
    return [at.toISOString().slice(8, 16).replace('T', ' '), stepId ?? '–', outcome, ...said].join(' ');
  });
}

import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { matchTrigger, type TriggerMatch } from '../domain/entry.js';
import { isMeantBy, SUBSCRIPTION_REQUESTED } from '../domain/double-opt-in.js';
import { exitSubject } from '../domain/exit.js';
import { isAddressedTo } from '../domain/manual-start.js';
import type { EnvironmentScenarios } from '../scenarios/environment-scenarios.js';
import { type ListeningScenario, listeningTo, versionKey } from '../scenarios/scenario-registry.js';
import type { FactBook } from './fact-loader.js';
import type { InboxEvent } from './inbox.js';
import type { OthersEvent } from './others-events.js';
import type { PastRuns } from './past-runs.js';
import type { RunBook } from './run-book.js';
import type { StoredEvent } from './stored-events.js';

/** What the environments of a batch of events run. */
export interface Definitions {
  readonly scenarios: ReadonlyMap<string, EnvironmentScenarios>;
  readonly versions: ReadonlyMap<string, CompiledScenario>;
}

/** A scenario that listens to an event, and whether the event starts something in it. */
export interface Triggered {
  readonly listening: ListeningScenario;
  readonly storeId: string;
  readonly match: TriggerMatch;
}

/** Everything that was loaded for a batch of events. */
export interface EventContext extends Definitions {
  readonly clock: 'real' | 'virtual';
  /** Lane time. */
  readonly now: Date;
  readonly runs: RunBook;
  readonly facts: FactBook;
  /** What listens to each event, by the event's id. */
  readonly triggered: ReadonlyMap<string, readonly Triggered[]>;
  readonly past: PastRuns;
  /** Stored events of the exits' types, from the batch's earliest trigger on, by contact. */
  readonly stored: ReadonlyMap<string, readonly StoredEvent[]>;
  /** Everybody's stored orders since the batch's earliest trigger, by environment; only for exits with a subject. */
  readonly others: ReadonlyMap<string, readonly OthersEvent[]>;
}

/**
 * The scenarios of the event's environment that it may trigger: those of its type, and the request for a confirmation. All that are started
 * by hand listen to one type: only the one that the event names is looked at further.
 */
export function listeningScenarios({ scenarios, versions }: Definitions, event: InboxEvent): ListeningScenario[] {
  const own = scenarios.get(event.environmentId);
  if (!own) return [];
  const types = new Set([event.facts.type, SUBSCRIPTION_REQUESTED]);
  return [...types]
    .flatMap((type) => listeningTo(own, versions, type))
    .filter(({ compiled }) => isAddressedTo(event.facts, compiled));
}

/** What each event triggers, by its id. */
export function triggeredBy(
  definitions: Definitions,
  facts: FactBook,
  events: readonly InboxEvent[],
  now: Date,
): Map<string, Triggered[]> {
  return new Map(
    events.map((event) => {
      const { storeId = '' } = definitions.scenarios.get(event.environmentId) ?? {};
      const triggered = listeningScenarios(definitions, event).flatMap((listening) => {
        const known = facts.of({ contactId: event.contactId, storeId }, null);
        if (!isMeantBy(event.facts, listening.compiled, known)) return [];
        return [{ listening, storeId, match: matchTrigger(listening.compiled, event.facts, known, now) }];
      });
      return [event.id, triggered];
    }),
  );
}

/** An exit with a subject of some scenario here names the event's type. */
export function endsOthers(
  { scenarios }: Pick<Definitions, 'scenarios'>,
  { environmentId, facts }: InboxEvent,
): boolean {
  return scenarios.get(environmentId)?.subjectExits.has(facts.type) ?? false;
}

/** The subjects whose runs, whoever they belong to, this event may end. */
export function subjectsOf(
  { scenarios, versions, facts }: Definitions & Pick<EventContext, 'facts'>,
  event: InboxEvent,
): { readonly scenarioKey: string; readonly subject: string }[] {
  const own = scenarios.get(event.environmentId);
  const exits = own?.subjectExits.get(event.facts.type);
  if (!own || !exits) return [];
  const known = facts.of({ contactId: event.contactId, storeId: own.storeId }, null);
  return exits.flatMap(({ key, version }) => {
    const compiled = versions.get(versionKey({ storeId: own.storeId, key, version }));
    return (compiled?.exits ?? []).flatMap((exit) => {
      const subject = exit.event === event.facts.type ? exitSubject(exit, event.facts, known) : null;
      return subject === null ? [] : [{ scenarioKey: key, subject }];
    });
  });
}

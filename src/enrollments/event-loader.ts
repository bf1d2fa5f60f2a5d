import { Injectable } from '@nestjs/common';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { START_REQUESTED } from '../domain/manual-start.js';
import type { Lane } from '../platform/clock/lane.js';
import { laneNow } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';
import { inUse, ScenarioRegistry, type VersionRef } from '../scenarios/scenario-registry.js';
import {
  type Definitions,
  endsOthers,
  type EventContext,
  listeningScenarios,
  type Triggered,
  triggeredBy,
} from './event-context.js';
import { FactLoader, type FactQuestion, factQuestion } from './fact-loader.js';
import type { ClaimedContacts, InboxEvent } from './inbox.js';
import { lockSubjects, readOthersEvents, sharedExitTypes } from './others-events.js';
import { readPastRuns } from './past-runs.js';
import { RunBook } from './run-book.js';
import { RunReader } from './run-reader.js';
import { type EventQuestion, readStoredEvents, type StoredEvent } from './stored-events.js';

/** Loads what a batch of events needs to be decided in memory: a handful of queries, however many events. */
@Injectable()
export class EventLoader {
  constructor(
    private readonly registry: ScenarioRegistry,
    private readonly runs: RunReader,
    private readonly factLoader: FactLoader,
  ) {}

  /** Locks the running runs of these contacts and loads everything else that the events ask for. */
  async load(tx: Sql, lane: Lane, { contacts }: ClaimedContacts, events: readonly InboxEvent[]): Promise<EventContext> {
    const running = await this.runs.lockRunning(tx, contacts);
    const definitions = await this.definitions(tx, lane, events);
    const now = await laneNow(tx, lane);
    const facts = await this.factLoader.load(
      tx,
      [...aboutEvents(definitions, events), ...running.filter((run) => run.isReadable).map(factQuestion)],
      now,
    );
    const triggered = triggeredBy(definitions, facts, events, now);
    const starts = startsOf(events, triggered);
    const past = await readPastRuns(
      tx,
      starts.map(({ event: { environmentId, contactId }, scenarioKey }) => ({ environmentId, contactId, scenarioKey })),
    );
    const others = await this.othersEvents(tx, lane, definitions, events, starts);
    const read = new Map(events.map(({ id, facts: own }) => [id, own]));
    const stored = groupByContact(await readStoredEvents(tx, starts.flatMap(exitQuestions), read));
    const runs = new RunBook(running);
    return { ...definitions, clock: lane.clock, now, runs, facts, triggered, past, stored, others };
  }

  /** What other people did that may end what begins here; nothing where no exit has a subject. */
  private async othersEvents(
    tx: Sql,
    lane: Lane,
    { scenarios }: Definitions,
    events: readonly InboxEvent[],
    starts: readonly Start[],
  ): Promise<EventContext['others']> {
    const shared = starts.filter(({ compiled }) => sharedExitTypes(compiled).length > 0);
    const ending = events.filter((event) => endsOthers({ scenarios }, event));
    await lockSubjects(
      tx,
      [...shared.map(({ event }) => event), ...ending].map(({ environmentId }) => environmentId),
    );
    return readOthersEvents(tx, lane.clock, shared);
  }

  private async definitions(tx: Sql, lane: Lane, events: readonly InboxEvent[]): Promise<Definitions> {
    // Its 202 said that the scenario is published here, perhaps a moment ago and by another process.
    for (const { environmentId, facts } of events)
      if (facts.type === START_REQUESTED) this.registry.forget(environmentId);
    const scenarios = await this.registry.inEnvironments(
      tx,
      events.map(({ environmentId }) => environmentId),
      lane,
    );
    const refs: VersionRef[] = [];
    for (const own of scenarios.values()) {
      refs.push(...inUse(own));
      for (const exits of own.subjectExits.values())
        refs.push(...exits.map((exit) => ({ ...exit, storeId: own.storeId })));
    }
    return { scenarios, versions: await this.registry.versions(tx, refs) };
  }
}

function aboutEvents(definitions: Definitions, events: readonly InboxEvent[]): FactQuestion[] {
  return events.flatMap((event) => {
    const own = definitions.scenarios.get(event.environmentId);
    if (!own) return [];
    const { environmentId, contactId } = event;
    const question = { environmentId, contactId, storeId: own.storeId, run: null };
    const needs = listeningScenarios(definitions, event).map(({ compiled }) => compiled.needs);
    return [NO_NEEDS, ...needs].map((one) => ({ ...question, needs: one }));
  });
}

const NO_NEEDS = { engagement: false, history: [] } as const;

interface Start {
  readonly event: InboxEvent;
  readonly scenarioKey: string;
  readonly compiled: CompiledScenario;
}

/** Where an event may start something, unless what the contact has behind them forbids it. */
function startsOf(events: readonly InboxEvent[], triggered: ReadonlyMap<string, readonly Triggered[]>): Start[] {
  return events.flatMap((event) =>
    (triggered.get(event.id) ?? [])
      .filter(({ match }) => match.matches && !match.tooOld)
      .map(({ listening: { publication, compiled } }) => ({
        event,
        scenarioKey: publication.key,
        compiled,
      })),
  );
}

function exitQuestions({ event, compiled: { exits } }: Start): EventQuestion[] {
  const { environmentId, contactId, occurredAt } = event;
  return exits.map(({ event: type }) => ({ environmentId, contactId, type, since: occurredAt, data: true }));
}

function groupByContact(events: readonly StoredEvent[]): Map<string, StoredEvent[]> {
  const byContact = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const known = byContact.get(event.contactId);
    if (known) known.push(event);
    else byContact.set(event.contactId, [event]);
  }
  return byContact;
}

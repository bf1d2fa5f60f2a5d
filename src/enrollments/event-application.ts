import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { decideEntry, type EntryDecision } from '../domain/entry.js';
import { exitVerdict, exitVerdictBySubject } from '../domain/exit.js';
import { isHeldOut } from '../domain/holdout.js';
import type { NoEntryReason } from '../domain/reasons.js';
import type { EventFacts, RunState } from '../domain/run.js';
import { receive } from '../domain/timeline.js';
import { newId } from '../platform/ids.js';
import { logger } from '../platform/logging/logger.js';
import type { ListeningScenario } from '../scenarios/scenario-registry.js';
import { type EventContext, subjectsOf, type Triggered } from './event-context.js';
import type { EventOutcome } from './event-outcome.js';
import type { InboxEvent } from './inbox.js';
import { WorkingRun } from './working-run.js';

/** What an event does in a scenario that it triggers, with the run that goes on and the draw of one that begins. */
type Entering = Exclude<EntryDecision, { kind: 'none' }> & {
  readonly running: WorkingRun | null;
  readonly holdoutDraw: boolean;
};

interface Decided {
  readonly listening: ListeningScenario;
  readonly storeId: string;
  readonly outcome: Entering | { readonly kind: 'none'; readonly reason: NoEntryReason; readonly field: string | null };
}

const log = logger('EventApplication');

/**
 * Applies events to runs in memory, in the order given: by instant, then arrival. At one instant exits come first,
 * then what was waited for, then restarts and entries, so that an order and a cart of the same millisecond leave nobody waiting.
 */
export class EventApplication {
  private readonly outcomes = new Map<string, EventOutcome[]>();
  private readonly stuck = new Set<string>();

  constructor(private readonly context: EventContext) {}

  /** Answers the events that were applied; of a contact whose event cannot be decided this one and the later ones are left. */
  apply(events: readonly InboxEvent[]): InboxEvent[] {
    const applied: InboxEvent[] = [];
    for (let from = 0, to = 0; from < events.length; from = to) {
      const instant = events[from]!.occurredAt.getTime();
      while (to < events.length && events[to]!.occurredAt.getTime() === instant) to++;
      const simultaneous = events.slice(from, to);
      for (const event of simultaneous) this.contain(event, () => this.tryExits(event));
      for (const event of simultaneous) this.contain(event, () => this.tryWaits(event));
      applied.push(...simultaneous.filter((event) => this.contain(event, () => this.tryEntries(event))));
    }
    return applied;
  }

  outcomesOf(event: InboxEvent): readonly EventOutcome[] {
    return this.outcomes.get(event.id) ?? [];
  }

  /** Those of these events' contacts of whom one could not be decided. */
  stuckContacts(events: readonly InboxEvent[]): InboxEvent[] {
    return this.stuck.size === 0 ? [] : events.filter(({ contactId }) => this.stuck.has(contactId));
  }

  /** A fault of ours in deciding one event must not stop everybody else's; the event stays in the inbox. Answers whether it is done. */
  private contain(event: InboxEvent, decide: () => void): boolean {
    if (this.stuck.has(event.contactId)) return false;
    try {
      decide();
      return true;
    } catch (error) {
      this.stuck.add(event.contactId);
      log.error('an event could not be applied', { event: 'enrollment.event_failed', id: event.id }, error);
      return false;
    }
  }

  private tryExits(event: InboxEvent): void {
    const { runs } = this.context;
    for (const run of runs.runningOf(event.contactId)) this.tryExit(run, event);
    for (const { scenarioKey, subject } of subjectsOf(this.context, event))
      for (const run of runs.runningOn(event.environmentId, scenarioKey, subject)) this.tryExit(run, event);
  }

  private tryExit(run: WorkingRun, event: InboxEvent): void {
    const { facts, now, past } = this.context;
    // What happened before the run began cannot end it: a late order leaves the next cart alone.
    if (event.occurredAt < run.state.enteredAt) return;
    // Somebody else's event ends by an exit with a subject alone.
    const ends = run.identity.contactId === event.contactId ? exitVerdict : exitVerdictBySubject;
    const verdict = ends(run.compiled, run.state, event.facts, facts.ofRun(run), now);
    if (!verdict) return;
    const { reason, field } = verdict;
    run.end(reason, event.occurredAt);
    past.ended(run.identity.contactId, run.identity.scenarioKey, event.occurredAt);
    const { id: enrollment, scenarioKey: scenario } = run.identity;
    this.note(event, { scenario, enrollment, outcome: 'exited', reason, ...named(field) });
  }

  /** Moves on the person's runs that wait for this event. */
  private tryWaits(event: InboxEvent): void {
    const { runs, facts, now, past } = this.context;
    for (const run of runs.runningOf(event.contactId)) {
      const moved = receive(run.compiled, run.state, event.facts, facts.ofRun(run), now);
      if (!moved) continue;
      run.apply(moved);
      const { id: enrollment, contactId, scenarioKey: scenario } = run.identity;
      if (run.state.endedAt) past.ended(contactId, scenario, run.state.endedAt);
      this.note(event, { scenario, enrollment, outcome: 'received', reason: null });
    }
  }

  /**
   * Everything is decided before any of it is done: an event that stays in the inbox begins anew at each try, and would start again and
   * again what it starts in one scenario as long as another cannot be decided. (An exit that is tried again changes nothing.)
   */
  private tryEntries(event: InboxEvent): void {
    const triggered = this.context.triggered.get(event.id) ?? [];
    const entries = triggered.map((one) => this.decideOne(event, one));
    for (const { listening, storeId, outcome } of entries)
      if (outcome.kind === 'none') this.none(event, listening, outcome.reason, outcome.field);
      else this.enter(event, listening, storeId, outcome);
  }

  private decideOne(event: InboxEvent, { listening, storeId, match }: Triggered): Decided {
    const none = (reason: NoEntryReason, field: string | null = null): Decided => ({
      listening,
      storeId,
      outcome: { kind: 'none', reason, field },
    });
    if (!match.matches) return none(match.reason, match.field);
    const { now, past, runs, facts } = this.context;
    const { subject, tooOld } = match;
    const { key } = listening.publication;
    const { contactId } = event;
    const running = runs.runningRun(contactId, key, subject);
    // A run goes on by the version that it entered, and is left alone by what only a later version listens to.
    if (running && running.compiled.triggerEvent !== listening.compiled.triggerEvent) return none('already_running');
    const compiled = running?.compiled ?? listening.compiled;
    const before = past.of(contactId, key);
    const known = running ? facts.ofRun(running) : facts.of({ contactId, storeId }, null);
    const holdoutDraw = before.holdout ?? isHeldOut(known.contact, key, compiled.scenario.holdout);
    const decision = decideEntry(
      compiled,
      {
        event: event.facts,
        subject,
        tooOld,
        running: running?.state ?? null,
        lastEndedAt: before.lastEndedAt,
        runCount: before.runCount,
        paused: listening.publication.state === 'paused',
        facts: known,
        laterEvents: this.laterEvents(event, compiled),
        othersEvents: this.othersEvents(event),
        holdoutDraw,
      },
      now,
    );
    if (decision.kind === 'none') return none(decision.reason);
    return { listening, storeId, outcome: { ...decision, running, holdoutDraw } };
  }

  private enter(
    event: InboxEvent,
    listening: ListeningScenario,
    storeId: string,
    { kind, run: moved, running, holdoutDraw }: Entering,
  ): void {
    const { past } = this.context;
    const { key } = listening.publication;
    const { contactId } = event;
    const run = running ?? this.newRun(event, listening, storeId, moved.run);
    if (kind === 'restart') run.takeBack('restarted');
    run.apply(moved);
    run.takenOver = event;
    if (!running) past.entered(contactId, key, holdoutDraw);
    if (run.state.endedAt) past.ended(contactId, key, run.state.endedAt);
    this.note(event, { scenario: key, enrollment: run.identity.id, outcome: OUTCOMES[kind], reason: null });
  }

  private newRun(event: InboxEvent, listening: ListeningScenario, storeId: string, state: RunState): WorkingRun {
    const { key: scenarioKey, version } = listening.publication;
    const { environmentId, contactId } = event;
    const { messageClass } = listening.compiled;
    const { clock } = this.context;
    const identity = { id: newId(), environmentId, storeId, clock, scenarioKey, version, messageClass, contactId };
    const run = new WorkingRun({ identity, state }, listening.compiled, true);
    this.context.runs.add(run);
    return run;
  }

  private laterEvents(event: InboxEvent, compiled: CompiledScenario): EventFacts[] {
    const types = new Set(compiled.exits.map((exit) => exit.event));
    return (this.context.stored.get(event.contactId) ?? [])
      .filter(({ eventId, facts }) => eventId !== event.id && types.has(facts.type) && facts.at >= event.facts.at)
      .map(({ facts }) => facts);
  }

  private othersEvents({ environmentId, contactId }: InboxEvent): EventFacts[] {
    const others = this.context.others.get(environmentId) ?? [];
    return others.filter((other) => other.contactId !== contactId).map(({ facts }) => facts);
  }

  private none(
    event: InboxEvent,
    { publication }: ListeningScenario,
    reason: NoEntryReason,
    field: string | null = null,
  ): void {
    const { key: scenario, version } = publication;
    const asked = reason === 'condition_false' ? { version } : {};
    this.note(event, { scenario, enrollment: null, outcome: 'none', reason, ...named(field), ...asked });
  }

  private note(event: InboxEvent, outcome: EventOutcome): void {
    const known = this.outcomes.get(event.id);
    if (known) known.push(outcome);
    else this.outcomes.set(event.id, [outcome]);
  }
}

function named(field: string | null): { readonly field?: string } {
  return field === null ? {} : { field };
}

const OUTCOMES = { enter: 'entered', restart: 'restarted', refresh: 'refreshed' } as const;

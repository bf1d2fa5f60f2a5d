import { arbitrate } from './arbitration.js';
import { assertNever } from './assert-never.js';
import { addDuration } from './calendar.js';
import type { CompiledScenario } from './compiled-scenario.js';
import { isMeantBy } from './double-opt-in.js';
import { decideEntry, matchTrigger } from './entry.js';
import { endRun, exitVerdict } from './exit.js';
import { isHeldOut } from './holdout.js';
import type { EndReason, NoEntryReason } from './reasons.js';
import { counts } from './restraint.js';
import type { ContactFacts, EventFacts, Facts, HistoryEvent, StepRecord } from './run.js';
import { SimulatedRun } from './simulated-run.js';
import type { Act, FurtherEvent, Play, Simulated, SimulatedLine, Story } from './story.js';
import { advance, receive } from './timeline.js';
import { zoneOf } from './zone.js';

/** Nothing is played that comes later after the first event. */
const LONGEST = 'P10Y';
/** Beyond the instant at which there are so many lines, or more runs go on at the same time, nothing is played. */
const MOST_LINES = 1_500;
const MOST_RUNS = 10;

/**
 * Plays a scenario for one person who is known by nothing but this story. Every decision is the engine's; letters go at their own
 * instants. At one instant what the person did comes first, then events (exits, what is waited for, then entries), then what is due.
 */
export function simulate(compiled: CompiledScenario, story: Story): Play {
  return new Simulation(compiled, story).play();
}

/** Something that happens at an instant. `run`: whose letter it is about. */
type Happening =
  | { readonly at: Date; readonly event: EventFacts }
  | { readonly at: Date; readonly act: Act; readonly run: SimulatedRun; readonly round: number };

class Simulation {
  private readonly lines: SimulatedLine[] = [];
  private readonly runs: SimulatedRun[] = [];
  private readonly history: HistoryEvent[] = [];
  /** When marketing letters went out. */
  private readonly sent: Date[] = [];
  /** Acts whose letter has not gone yet. */
  private waiting: readonly Act[];
  private ahead: readonly Happening[];
  private contact: ContactFacts;
  private now: Date;

  constructor(
    private readonly compiled: CompiledScenario,
    private readonly story: Story,
  ) {
    const { event, reactions, contact } = story;
    this.now = new Date(event.at);
    this.contact = contact;
    this.waiting = reactions.filter((reaction) => reaction.kind === 'act');
    const further = reactions.filter((reaction) => reaction.kind === 'event');
    this.ahead = [{ at: this.now, event }, ...further.map((reaction) => this.eventAhead(reaction))];
  }

  *play(): Play {
    const last = this.after(LONGEST);
    const goesOn = (): boolean => this.lines.length < MOST_LINES && this.running().length <= MOST_RUNS;
    for (let next = this.next(); next && next <= last && goesOn(); next = this.next()) {
      this.now = next;
      yield* this.happen();
      for (const run of this.runs) if (this.isOver(run.waitsUntil)) this.moveOn(run);
      this.sendDue();
    }
    return { timeline: this.lines, end: this.end() };
  }

  private next(): Date | null {
    const ofRuns = this.runs.flatMap(({ waitsUntil, sendsAt }) => [waitsUntil, sendsAt]);
    const instants = [...this.ahead.map(({ at }) => at), ...ofRuns];
    return instants.reduce((first, at) => (at && (!first || at < first) ? at : first), null);
  }

  private *happen(): Generator<undefined, void> {
    const happening = this.ahead.filter(({ at }) => this.isOver(at));
    this.ahead = this.ahead.filter(({ at }) => !this.isOver(at));
    for (const one of happening) if ('act' in one) this.act(one);
    const events = happening.flatMap((one) => ('event' in one ? [one.event] : []));
    for (const event of events) this.remember(event);
    for (const event of events) {
      this.tryExits(event);
      yield;
    }
    for (const event of events) this.tryWaits(event);
    for (const event of events) {
      this.tryEntry(event, events);
      yield;
    }
  }

  private act({ run, round, act: { stepId, action } }: Extract<Happening, { act: Act }>): void {
    switch (action) {
      case 'open':
      case 'click':
        run.engage(stepId, round, action);
        break;
      case 'unsubscribe':
        this.contact = { ...this.contact, marketingConsent: false, confirmedAt: null };
        if (this.compiled.messageClass !== 'service')
          for (const running of this.running()) this.endNow(running, 'unsubscribed');
        break;
      default:
        assertNever(action);
    }
  }

  /** Conditions count the events of the types that they ask about. */
  private remember({ id, type, at, data }: EventFacts): void {
    const need = this.compiled.needs.history.find((asked) => asked.type === type);
    if (need) this.history.push({ id, type, at: new Date(at), data: need.data ? data : {} });
  }

  private tryExits(event: EventFacts): void {
    for (const run of this.running()) {
      const verdict = exitVerdict(this.compiled, run.state, event, run.facts(this.facts()), this.now);
      if (verdict) this.endNow(run, verdict.reason, verdict.field);
    }
  }

  private tryWaits(event: EventFacts): void {
    for (const run of this.running()) {
      const moved = receive(this.compiled, run.state, event, run.facts(this.facts()), this.now);
      if (moved) this.tell(run, run.take(moved, this.now));
    }
  }

  private tryEntry(event: EventFacts, simultaneous: readonly EventFacts[]): void {
    const { compiled, now } = this;
    const facts = this.facts();
    if (!isMeantBy(event, compiled, facts)) {
      if (event === this.story.event) this.none('other_event', null);
      return;
    }
    const match = matchTrigger(compiled, event, facts, now);
    if (!match.matches) return this.none(match.reason, match.field);
    const { subject, tooOld } = match;
    const running = this.running().find(({ state }) => state.subject === subject) ?? null;
    const decision = decideEntry(
      compiled,
      {
        event,
        subject,
        tooOld,
        running: running?.state ?? null,
        lastEndedAt: this.lastEnded()?.at ?? null,
        runCount: this.runs.length,
        paused: false,
        facts: running?.facts(facts) ?? facts,
        laterEvents: simultaneous,
        holdoutDraw: isHeldOut(this.contact, compiled.key, compiled.scenario.holdout),
      },
      now,
    );
    if (decision.kind === 'none') return this.none(decision.reason, null);
    if (decision.kind === 'restart') running?.beginAnew();
    const run = running ?? this.newRun(decision.run.run);
    this.tell(run, run.take(decision.run, now));
  }

  private newRun(state: SimulatedRun['state']): SimulatedRun {
    const run = new SimulatedRun(this.compiled, this.runs.length + 1, state);
    this.runs.push(run);
    return run;
  }

  private moveOn(run: SimulatedRun): void {
    this.tell(run, run.take(advance(this.compiled, run.state, run.facts(this.facts()), this.now), this.now));
  }

  /** The letters that are due, as the last guard has them: what each may do, then the store's restraint over all that would go. */
  private sendDue(): void {
    const { now } = this;
    const facts = this.facts();
    const due = this.runs.filter(({ sendsAt }) => this.isOver(sendsAt));
    const decided = due.map((run) => ({ run, decision: run.decide(facts, now) }));
    const willing = decided.filter(({ decision }) => decision.kind === 'send').map(({ run }) => run);
    const rivals = willing.map((run) => run.rival(facts));
    const restrained = arbitrate(rivals, this.story.restraint, this.sent, now);
    for (const { run, decision: own } of decided) {
      const decision = restrained[willing.indexOf(run)] ?? own;
      switch (decision.kind) {
        case 'send':
          this.send(run, facts);
          break;
        case 'defer':
          this.tell(run, run.putOff(decision.until, decision.reason, now));
          break;
        case 'skip':
        case 'end':
          this.tell(run, run.leaveOut(decision, facts, now));
          break;
        default:
          assertNever(decision);
      }
    }
  }

  private send(run: SimulatedRun, facts: Facts): void {
    const { stepId, round, lines } = run.send(facts, this.now);
    if (counts(this.compiled)) this.sent.push(this.now);
    const acts = this.waiting.filter((act) => act.stepId === stepId);
    this.waiting = this.waiting.filter((act) => act.stepId !== stepId);
    this.ahead = [...this.ahead, ...acts.map((act) => ({ at: this.after(act.after), act, run, round }))];
    this.tell(run, lines);
  }

  private endNow(run: SimulatedRun, reason: EndReason, field: string | null = null): void {
    const lines = run.take(endRun(run.state, reason, this.now), this.now);
    this.tell(run, field === null ? lines : lines.map((line) => ({ ...line, field })));
  }

  private tell({ number: run }: SimulatedRun, lines: readonly StepRecord[]): void {
    this.lines.push(
      ...lines.map(({ at, stepId, outcome, reason, field }) => ({ at, stepId, outcome, reason, field, run })),
    );
  }

  private none(reason: NoEntryReason | 'other_event', field: string | null): void {
    this.lines.push({ at: this.now, stepId: null, outcome: 'none', reason, field: field ?? undefined, run: null });
  }

  private end(): Simulated['end'] {
    return this.running().length === 0 ? this.lastEnded() : null;
  }

  private lastEnded(): Simulated['end'] {
    const ends = this.runs.flatMap(({ state: { endedAt: at, endReason: reason } }) =>
      at && reason ? [{ at, reason }] : [],
    );
    return ends.reduce<Simulated['end']>((last, one) => (last && last.at > one.at ? last : one), null);
  }

  private running(): readonly SimulatedRun[] {
    return this.runs.filter(({ isRunning }) => isRunning);
  }

  private facts(): Facts {
    return { contact: this.contact, store: this.story.store, messages: [], history: this.history };
  }

  private eventAhead({ event, after }: FurtherEvent): Happening {
    const at = this.after(after);
    return { at, event: { ...event, at: at.toISOString() } };
  }

  private after(duration: string): Date {
    return addDuration(this.now, duration, zoneOf(this.contact, this.story.store));
  }

  private isOver(at: Date | null): boolean {
    return at !== null && at <= this.now;
  }
}

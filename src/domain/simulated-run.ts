import type { RivalLetter } from './arbitration.js';
import { assertNever } from './assert-never.js';
import type { CompiledScenario } from './compiled-scenario.js';
import type { WaitReason } from './reasons.js';
import type { Advance, Facts, RunState, SendDecision, StepMessageFacts, StepRecord } from './run.js';
import { decideSend, emailStepOf } from './send-decision.js';
import { afterMessage, settleRun } from './timeline.js';
import { zoneOf } from './zone.js';

/** A letter that has not gone yet: when it goes, and when it was first meant to. */
interface PlannedLetter {
  readonly stepId: string;
  readonly dueAt: Date;
  readonly meantAt: Date;
}

/** A run of a simulation with its letters, which it keeps itself in place of the ledger. */
export class SimulatedRun {
  private letter: PlannedLetter | null = null;
  private messages: readonly StepMessageFacts[] = [];
  /** In which turn of a repeat each step's latest letter is. */
  private readonly rounds = new Map<string, number>();

  constructor(
    private readonly compiled: CompiledScenario,
    /** 1 for the first of the simulation. */
    readonly number: number,
    private current: RunState,
  ) {}

  get state(): RunState {
    return this.current;
  }

  get isRunning(): boolean {
    return this.current.state !== 'ended';
  }

  /** When its wait is over, null when it waits for nothing. */
  get waitsUntil(): Date | null {
    return this.current.dueAt;
  }

  /** When the letter goes at which it stands, null when it stands at none. */
  get sendsAt(): Date | null {
    return this.letter?.dueAt ?? null;
  }

  /** The facts with what became of this run's letters. */
  facts(known: Facts): Facts {
    return { ...known, messages: this.messages };
  }

  /** Takes over what was decided and answers its lines. Nothing is ever on the way: behind its last step it is completed at once. */
  take({ run, messages, steps }: Advance, at: Date): readonly StepRecord[] {
    for (const { stepId, round, state, dueAt } of messages) {
      this.rounds.set(stepId, round);
      this.note({ stepId, sent: false, opened: false, clicked: false });
      if (state === 'planned') this.letter = { stepId, dueAt, meantAt: dueAt };
    }
    const settled = settleRun(run, at);
    this.current = settled.run;
    if (!this.isRunning) this.letter = null;
    return [...steps, ...settled.steps];
  }

  /** A restart takes back what was planned, and begins a pass of which nothing was sent. */
  beginAnew(): void {
    this.letter = null;
    this.messages = [];
  }

  /** What stands in its letter's way, but for the store's restraint. */
  decide(known: Facts, now: Date): SendDecision {
    const { stepId, meantAt } = this.letterAtHand();
    return decideSend(this.compiled, stepId, this.current, this.facts(known), meantAt, now);
  }

  /** Its letter beside the others that are due with it. Which of them is worth more is not known. */
  rival({ contact, store }: Facts): RivalLetter {
    const { stepId, meantAt } = this.letterAtHand();
    const { key: scenarioKey, messageClass } = this.compiled;
    const email = emailStepOf(this.compiled, stepId);
    const { subject } = this.current;
    const zone = zoneOf(contact, store);
    return { scenarioKey, messageClass, email, zone, meantAt, subject, expectedValue: 0, feedIsSilent: false };
  }

  /** Its letter waits longer: it is planned once more. Answers the line. */
  putOff(until: Date, reason: WaitReason, now: Date): readonly StepRecord[] {
    this.letter = { ...this.letterAtHand(), dueAt: until };
    const { stepId } = this.letter;
    const { pass, round } = this.current;
    return [{ stepId, pass, round, outcome: 'planned', reason, at: now, dueAt: until }];
  }

  /** Its letter goes. Answers the step, its turn, and the lines of what the run does then. */
  send(
    known: Facts,
    now: Date,
  ): { readonly stepId: string; readonly round: number; readonly lines: readonly StepRecord[] } {
    const { stepId } = this.letterAtHand();
    const { round } = this.current;
    const moved = afterMessage(this.compiled, this.current, { kind: 'sent' }, this.facts(known), now);
    this.letter = null;
    this.note({ stepId, sent: true, opened: false, clicked: false });
    return { stepId, round, lines: this.take(moved, now) };
  }

  /** Its letter is left out, and perhaps the run ends with it; answers the lines. */
  leaveOut(decision: Exclude<SendDecision, { kind: 'send' }>, known: Facts, now: Date): readonly StepRecord[] {
    const moved = afterMessage(this.compiled, this.current, outcomeOf(decision), this.facts(known), now);
    this.letter = null;
    return this.take(moved, now);
  }

  /** The person opens or clicks the step's letter; a click counts as an open (images off). Of letters of earlier turns nobody asks. */
  engage(stepId: string, round: number, action: 'open' | 'click'): void {
    if (this.rounds.get(stepId) !== round) return;
    const known = this.messages.find((message) => message.stepId === stepId && message.sent);
    if (known) this.note({ ...known, opened: true, clicked: known.clicked || action === 'click' });
  }

  private note(message: StepMessageFacts): void {
    this.messages = [...this.messages.filter(({ stepId }) => stepId !== message.stepId), message];
  }

  private letterAtHand(): PlannedLetter {
    if (!this.letter) throw new RangeError(`run ${this.number} of the simulation stands at no letter`);
    return this.letter;
  }
}

function outcomeOf(decision: Exclude<SendDecision, { kind: 'send' }>): Parameters<typeof afterMessage>[2] {
  switch (decision.kind) {
    case 'skip':
      return { ...decision, kind: 'skipped' };
    case 'end':
      return { kind: 'ended', reason: decision.message, end: decision.reason };
    default:
      return assertNever(decision);
  }
}

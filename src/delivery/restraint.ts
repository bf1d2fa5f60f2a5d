import { Injectable } from '@nestjs/common';
import { arbitrate, type RivalLetter } from '../domain/arbitration.js';
import { isFeedSilent } from '../domain/order-feed.js';
import { counts, reachMs, type RestraintDecision } from '../domain/restraint.js';
import { emailStepOf } from '../domain/send-decision.js';
import { zoneOf } from '../domain/zone.js';
import type { Sql } from '../platform/database/sql.js';
import { RestraintFacts, stepKey } from './restraint-facts.js';
import type { GuardInput, Verdict } from './verdict.js';

/** A letter with what the last guard says of it. */
export interface JudgedInput {
  readonly input: GuardInput;
  readonly verdict: Verdict;
}

/**
 * The store's restraint over letters that would go: hours, gap, caps, and the hold while orders are not told. Where nothing
 * of it is set it reads nothing but the order feed of live cart mail, once a minute. The people are locked, so that no other
 * worker sends to them between counting and sending.
 */
@Injectable()
export class Restraint {
  constructor(private readonly facts: RestraintFacts) {}

  /** The same letters in order; those that are held back have another verdict. */
  async apply(tx: Sql, judged: readonly JudgedInput[], now: Date): Promise<readonly JudgedInput[]> {
    const held = judged.filter(({ input, verdict }) => verdict.kind === 'send' && canBeHeld(input));
    if (held.length === 0) return judged;
    const people = [...groups(held.map(({ input }) => input)).values()];
    const watching = held.filter(({ input }) => watchesOrders(input));
    const feeds = await this.facts.orderFeeds(
      tx,
      new Set(watching.map(({ input }) => input.letter.message.environmentId)),
      now,
    );
    const sent = await this.facts.sent(
      tx,
      people.flatMap((inputs) => sentQuestion(inputs, now)),
    );
    const rivals = people.flatMap((inputs) => rivalsOf(inputs).map(({ letter: { message } }) => message));
    const values = await this.facts.values(tx, rivals);
    const decisions = new Map<GuardInput, RestraintDecision>();
    for (const inputs of people) {
      const { message, settings } = inputs[0]!.letter;
      const letters = inputs.map((input): RivalLetter =>
        rivalLetter(input, {
          expectedValue: values.get(stepKey(input.letter.message)) ?? 0,
          feedIsSilent: watchesOrders(input) && isFeedSilent(feeds.get(message.environmentId) ?? null, now),
        }),
      );
      const decided = arbitrate(letters, settings, sent.get(message.contactId) ?? [], now);
      inputs.forEach((input, i) => decisions.set(input, decided[i]!));
    }
    return judged.map(({ input, verdict }) => ({ input, verdict: restrained(decisions.get(input), verdict) }));
  }
}

function restrained(decision: RestraintDecision | undefined, verdict: Verdict): Verdict {
  if (decision === undefined || decision.kind === 'send') return verdict;
  return decision.kind === 'end' ? { kind: 'end', reason: decision.message, endRun: decision.reason } : decision;
}

function canBeHeld(input: GuardInput): boolean {
  const { settings, message, compiled } = input.letter;
  if (emailStepOf(compiled, message.stepId).step.window) return true;
  return settings.quietHours !== null || (counts(message) && reachMs(settings) > 0) || watchesOrders(input);
}

/** Mail about a cart: marketing that an order ends. */
function watchesOrders({ letter: { message, compiled } }: GuardInput): boolean {
  return message.clock === 'real' && counts(message) && compiled.exits.some(({ event }) => event.startsWith('order.'));
}

function groups(inputs: readonly GuardInput[]): ReadonlyMap<string, readonly GuardInput[]> {
  const byContact = new Map<string, GuardInput[]>();
  for (const input of inputs) {
    const { contactId } = input.letter.message;
    const known = byContact.get(contactId);
    if (known) known.push(input);
    else byContact.set(contactId, [input]);
  }
  return byContact;
}

function sentQuestion(inputs: readonly GuardInput[], now: Date) {
  const counted = inputs.find(({ letter }) => counts(letter.message));
  if (!counted) return [];
  const { message, settings } = counted.letter;
  const reach = reachMs(settings);
  const { environmentId, contactId } = message;
  return reach > 0 ? [{ environmentId, contactId, since: new Date(now.getTime() - reach) }] : [];
}

/** What letters are worth matters only where several of a person compete. */
function rivalsOf(inputs: readonly GuardInput[]): readonly GuardInput[] {
  const counted = inputs.filter(({ letter }) => counts(letter.message));
  return counted.length > 1 && reachMs(counted[0]!.letter.settings) > 0 ? counted : [];
}

function rivalLetter(
  { letter: { message, compiled }, run: { subject }, facts }: GuardInput,
  known: Pick<RivalLetter, 'expectedValue' | 'feedIsSilent'>,
): RivalLetter {
  const { scenarioKey, messageClass, meantAt } = message;
  const email = emailStepOf(compiled, message.stepId);
  return { scenarioKey, subject, messageClass, email, zone: zoneOf(facts.contact, facts.store), meantAt, ...known };
}

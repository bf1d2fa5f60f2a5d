import { EvaluationError } from '@marcbachmann/cel-js';
import type { RE2JS } from 're2js';
import type { ConditionInput } from '../compiled-scenario.js';
import { isDayOrInstant } from '../written-instant.js';
import { Meter } from './meter.js';

const ORDERS: readonly string[] = ['order.placed', 'order.paid'];
const DECIMAL = /^[+-]?\d{1,30}(\.\d{1,30})?$/;
/** A comprehension over a longer list is refused at run time: two nested ones may cost 250,000 turns, not a billion. */
const LONGEST_RANGE = 500;
/**
 * What the turns of one evaluation may look at: each may go through all of the data, as `contains` and `in` do. It is
 * 250,000 turns over 2 KB, 2,000 over 256 KB.
 */
const MOST_TURN_CHARS = 500_000_000;
/** What its patterns may take: at worst each character meets every instruction of the compiled pattern. Tens of milliseconds. */
const MOST_PATTERN_STEPS = 10_000_000;

/** What the functions of conditions look at: `opened('x')` is translated to a method of this. */
export class Known {
  private turnChars = 0;
  private patternSteps = 0;
  private dataChars: number | null = null;
  private readonly meter = new Meter(() => tooMuch('operators'));

  constructor(
    private readonly input: ConditionInput,
    private readonly patterns: readonly RE2JS[],
  ) {}

  opened(stepId: string): boolean {
    return this.message(stepId)?.opened ?? false;
  }

  clicked(stepId: string): boolean {
    return this.message(stepId)?.clicked ?? false;
  }

  sent(stepId: string): boolean {
    return this.message(stepId)?.sent ?? false;
  }

  happened(type: string, withinMs: number): boolean {
    this.meter.events(this.input.facts.history.length);
    const since = this.since(withinMs);
    return this.input.facts.history.some((event) => event.type === type && event.at.getTime() >= since);
  }

  count(type: string, withinMs: number): number {
    this.meter.events(this.input.facts.history.length);
    const since = this.since(withinMs);
    return this.input.facts.history.filter((event) => event.type === type && event.at.getTime() >= since).length;
  }

  bought(productId: string, withinMs: number): boolean {
    this.meter.events(this.input.facts.history.length);
    for (const { data } of this.input.facts.history) this.meter.events(itemsOf(data).length);
    const since = this.since(withinMs);
    return this.input.facts.history.some(
      ({ type, at, data }) => ORDERS.includes(type) && at.getTime() >= since && holdsProduct(data, productId),
    );
  }

  like(text: string, pattern: bigint): boolean {
    const compiled = this.patterns[Number(pattern)];
    if (!compiled) return false;
    this.patternSteps += text.length * compiled.programSize();
    if (this.patternSteps > MOST_PATTERN_STEPS) throw tooMuch('patterns');
    return compiled.matcher(text).find();
  }

  /** What a comprehension goes through: a list's elements or a record's keys. `turnCode` is how many characters of code a turn runs. */
  range(value: unknown, turnCode: number): unknown[] {
    const range: unknown =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : value;
    if (!Array.isArray(range) || range.length > LONGEST_RANGE) throw wrongType(`a list of at most ${LONGEST_RANGE}`);
    this.dataChars ??= this.sizeOfData();
    this.turnChars += range.length * this.dataChars;
    if (this.turnChars > MOST_TURN_CHARS) throw tooMuch('comprehensions');
    this.meter.turns(range.length, turnCode);
    return range;
  }

  /** What an operator or a function is about to go through. */
  read<T>(value: T): T {
    this.meter.read(value);
    return value;
  }

  /** What is about to be asked for its size. */
  sized<T>(value: T): T {
    this.meter.size(value);
    return value;
  }

  /** What is about to be copied into a longer text or list. */
  piece<T>(value: T): T {
    this.meter.copy(value);
    return value;
  }

  /** An instant, a part of which is about to be read in some zone. */
  zoned<T>(at: T): T {
    this.meter.zone();
    return at;
  }

  private sizeOfData(): number {
    const { event, run, facts } = this.input;
    return JSON.stringify([event, run?.event ?? null, facts.contact, facts.history]).length;
  }

  private message(stepId: string): ConditionInput['facts']['messages'][number] | undefined {
    return this.input.facts.messages.find((message) => message.stepId === stepId);
  }

  /** There is no upper bound: what a decision may not see yet is not in its history (`knownAt`), but for a clock a bit fast. */
  private since(withinMs: number): number {
    return withinMs < 0 ? -Infinity : this.input.now.getTime() - withinMs;
  }
}

/** The types of events that hold bought products. */
export const ORDER_EVENT_TYPES = ORDERS;

function holdsProduct(data: Readonly<Record<string, unknown>> | undefined, productId: string): boolean {
  return itemsOf(data).some((item: unknown) => {
    const id: unknown = typeof item === 'object' && item !== null && 'productId' in item ? item.productId : null;
    return (typeof id === 'string' || typeof id === 'number') && String(id) === productId;
  });
}

function itemsOf(data: Readonly<Record<string, unknown>> | undefined): readonly unknown[] {
  const items = data?.['items'];
  return Array.isArray(items) ? items : [];
}

/** A number, or money written as a decimal string. */
export function asNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && DECIMAL.test(value)) return Number(value);
  throw wrongType('a number');
}

/** A text, or an id sent as a number. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value);
  throw wrongType('a text');
}

export function asFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw wrongType('true or false');
}

/**
 * An instant, or a day, as its midnight in UTC. Not what else JavaScript makes a date of: "tomorrow 3" would be a day of 2001, and a
 * time without a zone another instant on another server.
 */
export function asInstant(value: unknown): Date {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  if (typeof value === 'string' && isDayOrInstant(value)) return new Date(value);
  throw wrongType('an instant');
}

export function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongType('a list');
}

function wrongType(expected: string): EvaluationError {
  return new EvaluationError({ code: 'wrong_type', message: `is not ${expected}` });
}

function tooMuch(what: string): EvaluationError {
  return new EvaluationError({ code: 'too_expensive', message: `its ${what} look at too much` });
}

import type { EvaluationError } from '@marcbachmann/cel-js';

/**
 * What one evaluation may cost, in steps of about a nanosecond. Data alone does not bound it: a list that is added to itself in turn
 * after turn would fill the memory of the process, and whoever publishes such a condition would stop every store.
 */
const MOST_STEPS = 1_000_000_000;
/** One value that is compared or gone through. */
const VALUE = 20;
/** A list or record in it: those are compared one by one, however few there are inside. */
const GROUP = 400;
/** Copying costs memory as well, and its result may be copied again. */
const COPY = 50;
/** One character of a turn's code: five of them are one part of it. */
const CODE = 30;
/** Reading an instant in a zone: the engine writes it out as text and reads that. */
const ZONE = 800_000;
/** One event of a person's history, or one item of it. */
const EVENT = 50;

/** Counts what one evaluation costs, and refuses to go on where that is too much. */
export class Meter {
  private steps = 0;
  /** Of lists and records: one may hold another a thousand times over, so that counting it anew each time would never end. */
  private readonly weights = new WeakMap<object, number>();

  /** @param refusal what is thrown then */
  constructor(private readonly refusal: () => EvaluationError) {}

  read(value: unknown): void {
    this.spend(this.weightOf(value));
  }

  /** A list knows its own, whatever it holds. */
  size(value: unknown): void {
    if (typeof value === 'string') this.read(value);
    else if (!Array.isArray(value) && typeof value === 'object' && value !== null)
      this.spend(VALUE * Object.keys(value).length);
    this.spend(VALUE);
  }

  copy(value: unknown): void {
    this.spend(COPY * this.weightOf(value));
  }

  turns(turns: number, code: number): void {
    this.spend(turns * code * CODE);
  }

  zone(): void {
    this.spend(ZONE);
  }

  events(events: number): void {
    this.spend(events * EVENT);
  }

  private spend(steps: number): void {
    this.steps += steps;
    if (this.steps > MOST_STEPS) throw this.refusal();
  }

  /** Of a list that stands in itself in a hundred places, a hundred times its own. */
  private weightOf(value: unknown): number {
    if (typeof value === 'string') return VALUE + value.length;
    if (typeof value !== 'object' || value === null) return VALUE;
    const known = this.weights.get(value);
    if (known !== undefined) return known;
    let weight = GROUP;
    for (const part of Object.values(value)) weight += this.weightOf(part);
    this.weights.set(value, weight);
    return weight;
  }
}

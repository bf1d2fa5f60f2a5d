import { Counter } from './counter.js';
import { Histogram } from './histogram.js';
import type { Family } from './prometheus-text.js';

/** What this process counts itself, from its start on. Labels are names from the code, never data. */
export class Metrics {
  private readonly known = new Map<string, Counter | Histogram>();

  /** The counter of this name, made at the first call. */
  counter(name: string, help: string): Counter {
    return this.find(name, Counter, () => new Counter(name, help));
  }

  /** The histogram of this name, made at the first call; `bounds` are upper bounds in seconds, ascending. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.find(name, Histogram, () => new Histogram(name, help, bounds));
  }

  families(): readonly Family[] {
    return [...this.known.values()].map((metric) => metric.family());
  }

  private find<T extends Counter | Histogram>(
    name: string,
    kind: abstract new (...args: never) => T,
    make: () => T,
  ): T {
    const found = this.known.get(name);
    if (found instanceof kind) return found;
    if (found) throw new Error(`${name} is a metric of another kind already`);
    const made = make();
    this.known.set(name, made);
    return made;
  }
}

import type { Family } from './prometheus-text.js';

/** Counts occurrences by labels. */
export class Counter {
  private readonly values = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();

  constructor(
    private readonly name: string,
    private readonly help: string,
  ) {}

  add(labels: Readonly<Record<string, string>>): void {
    const key = JSON.stringify(labels);
    const known = this.values.get(key);
    if (known) known.value++;
    else this.values.set(key, { labels, value: 1 });
  }

  family(): Family {
    return { name: this.name, help: this.help, type: 'counter', samples: [...this.values.values()] };
  }
}

interface Group<T> {
  readonly items: T[];
  readonly done: Promise<void>;
  readonly settle: (result: Promise<void>) => void;
}

/**
 * Lets items that arrive while a write runs go together in the next one. Driven by completion, not by a timer: a lone
 * item waits for nobody, and under load the groups grow by themselves. A further write begins beside one that runs only when
 * half as many items wait as that one took: a write of thirty items takes twice as long as a write of one.
 */
export class GroupCommit<T> {
  private readonly waiting: Group<T>[] = [];
  private running = 0;
  /** Items of the write that began last. */
  private lastSize = 0;

  /**
   * @param write makes a group durable; its result is every item's result
   * @param maxItems most items of one write
   * @param maxRunning writes at a time
   */
  constructor(
    private readonly write: (items: readonly T[]) => Promise<void>,
    private readonly maxItems: number,
    private readonly maxRunning: number,
  ) {}

  /** Groups that have not begun to be written. */
  get backlog(): number {
    return this.waiting.length;
  }

  /** Resolves or rejects with the write that took the item. */
  add(item: T): Promise<void> {
    let group = this.waiting.at(-1);
    if (!group || group.items.length >= this.maxItems) this.waiting.push((group = newGroup<T>()));
    group.items.push(item);
    if (this.running === 0 || (this.running < this.maxRunning && this.isWorthwhile())) void this.run();
    return group.done;
  }

  private async run(): Promise<void> {
    this.running++;
    for (let group = this.waiting.shift(); group; group = this.next()) {
      this.lastSize = group.items.length;
      const result = this.write(group.items);
      group.settle(result.then(nextTurn));
      await result.catch(() => undefined); // whoever added the items hears of it
    }
    this.running--;
  }

  /** The last write to end takes whatever is there, so that nobody is left waiting. */
  private next(): Group<T> | undefined {
    return this.running === 1 || this.isWorthwhile() ? this.waiting.shift() : undefined;
  }

  private isWorthwhile(): boolean {
    const [first] = this.waiting;
    return first !== undefined && first.items.length * 2 >= this.lastSize;
  }
}

/** First the next group goes to PostgreSQL, which is idle while answers are written. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function newGroup<T>(): Group<T> {
  let settle!: (result: Promise<void>) => void;
  const done = new Promise<void>((resolve) => (settle = resolve));
  return { items: [], done, settle };
}

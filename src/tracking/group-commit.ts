interface Group<T> {
  readonly items: T[];
  readonly done: Promise<void>;
  readonly settle: (result: Promise<void>) => void;
}

/**
 * Lets items that arrive while a write runs go together in the next one. Driven by completion, not by a timer: a lone
 * item waits for nobody, and under load the groups grow by themselves.
 */
export class GroupCommit<T> {
  private readonly waiting: Group<T>[] = [];
  private running = 0;

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
    if (this.running < this.maxRunning) void this.run();
    return group.done;
  }

  private async run(): Promise<void> {
    this.running++;
    for (let group = this.waiting.shift(); group; group = this.waiting.shift()) {
      const result = this.write(group.items);
      group.settle(result);
      await result.catch(() => undefined); // whoever added the items hears of it
    }
    this.running--;
  }
}

function newGroup<T>(): Group<T> {
  let settle!: (result: Promise<void>) => void;
  const done = new Promise<void>((resolve) => (settle = resolve));
  return { items: [], done, settle };
}

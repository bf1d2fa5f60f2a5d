/** What waits for a thread, in turn between those who ask: whoever asks for much waits behind themselves, and for one of each other. */
export class Turns<T> {
  private readonly waiting = new Map<string, T[]>();

  /** Puts something behind what waits for the same one. */
  add(who: string, item: T): void {
    const own = this.waiting.get(who);
    if (own) own.push(item);
    else this.waiting.set(who, [item]);
  }

  /** The next one's first; undefined when nobody waits. */
  next(): T | undefined {
    for (const [who, own] of this.waiting) {
      const item = own.shift();
      this.waiting.delete(who);
      if (own.length > 0) this.waiting.set(who, own); // behind everybody else
      return item;
    }
    return undefined;
  }

  /** How many of theirs wait. */
  countOf(who: string): number {
    return this.waiting.get(who)?.length ?? 0;
  }
}

/** The places of a transport: nobody moves more letters to `sending` than can leave at once. */
export class Slots {
  private taken = 0;
  private readonly waiting: {
    readonly most: number;
    readonly take: (taken: number) => void;
  }[] = [];

  /** @param size how many places there are, asked each time: it may change. */
  constructor(private readonly size: () => number) {}

  /**
   * Takes up to `most` places. Waits until half of them all are free (or `most`, if that is less), so that letters move on
   * in groups: a guard transaction costs the same for one as for ten.
   */
  take(most: number): Promise<number> {
    return new Promise((resolve) => {
      this.waiting.push({ most, take: resolve });
      this.serve();
    });
  }

  giveBack(count: number): void {
    this.taken -= count;
    this.serve();
  }

  private serve(): void {
    for (let [next] = this.waiting; next; [next] = this.waiting) {
      const size = this.size();
      const free = size - this.taken;
      if (free < Math.min(next.most, Math.ceil(size / 2))) return;
      const taken = Math.min(free, next.most);
      this.taken += taken;
      this.waiting.shift();
      next.take(taken);
    }
  }
}

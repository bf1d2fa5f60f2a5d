/** The free places of a transport: nobody moves more letters to `sending` than can leave at once. */
export class Slots {
  private free: number;
  private readonly waiting: {
    readonly least: number;
    readonly most: number;
    readonly take: (taken: number) => void;
  }[] = [];

  constructor(readonly size: number) {
    this.free = size;
  }

  /**
   * Takes up to `most` places. Waits until half of them all are free (or `most`, if that is less), so that letters move on
   * in groups: a guard transaction costs the same for one as for ten.
   */
  take(most: number): Promise<number> {
    return new Promise((resolve) => {
      this.waiting.push({ least: Math.min(most, Math.ceil(this.size / 2)), most, take: resolve });
      this.serve();
    });
  }

  giveBack(count: number): void {
    this.free += count;
    this.serve();
  }

  private serve(): void {
    for (let next = this.waiting[0]; next && this.free >= next.least; next = this.waiting[0]) {
      const taken = Math.min(this.free, next.most);
      this.free -= taken;
      this.waiting.shift();
      next.take(taken);
    }
  }
}

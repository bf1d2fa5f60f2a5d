/** Things to do at instants, taken out earliest first; of equal instants in the order in which they were put in. */
export class Agenda<T> {
  private readonly heap: { readonly at: number; readonly order: number; readonly item: T }[] = [];
  private order = 0;

  get nextAt(): number | null {
    return this.heap[0]?.at ?? null;
  }

  get size(): number {
    return this.heap.length;
  }

  put(at: number, item: T): void {
    const { heap } = this;
    heap.push({ at, order: this.order++, item });
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.before(i, parent)) break;
      this.swap(i, parent);
      i = parent;
    }
  }

  /** The earliest item, removed; undefined when there is none. */
  take(): { readonly at: number; readonly item: T } | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < heap.length && this.before(child, least)) least = child;
      if (least === i) return first;
      this.swap(i, least);
      i = least;
    }
  }

  private before(a: number, b: number): boolean {
    const [x, y] = [this.heap[a]!, this.heap[b]!];
    return x.at < y.at || (x.at === y.at && x.order < y.order);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}

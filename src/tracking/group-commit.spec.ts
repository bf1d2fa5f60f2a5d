import { GroupCommit } from './group-commit.js';

describe('a group commit', () => {
  /** A commit whose writes end when the test says so. */
  function begun(maxItems = 100, maxRunning = 2) {
    const writes: { items: readonly number[]; end: () => void; fail: (error: Error) => void }[] = [];
    const commit = new GroupCommit<number>(
      (items) => new Promise((end, fail) => writes.push({ items: [...items], end, fail })),
      maxItems,
      maxRunning,
    );
    const add = (count: number) => Promise.all(Array.from({ length: count }, (_, i) => commit.add(i)));
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    const sizes = () => writes.map(({ items }) => items.length);
    return { commit, writes, add, turn, sizes };
  }

  it('writes a lone item at once', async () => {
    const { writes, add, sizes } = begun();
    const done = add(1);
    expect(sizes()).toEqual([1]);
    writes[0]!.end();
    await done;
  });

  it('lets items that arrive during a write go together in the next one', async () => {
    const { writes, add, turn, sizes } = begun(100, 1);
    const done = [add(1), add(20)];
    writes[0]!.end();
    await turn();
    expect(sizes()).toEqual([1, 20]);
    writes[1]!.end();
    await Promise.all(done);
  });

  it('takes no more at once than a write may have', async () => {
    const { writes, add, turn, sizes } = begun(3, 1);
    const done = [add(1), add(7)];
    for (let write = 0; write < 4; write++) {
      writes[write]!.end();
      await turn();
    }
    expect(sizes()).toEqual([1, 3, 3, 1]);
    await Promise.all(done);
  });

  it('begins a second write beside a large one only when half as many wait', async () => {
    const { writes, add, turn, sizes } = begun();
    const first = [add(1), add(1), add(10)]; // two writes run, ten items wait
    writes[0]!.end();
    await turn();
    writes[1]!.end();
    await turn();
    expect(sizes()).toEqual([1, 1, 10]);
    const more = [add(4)];
    expect(sizes()).toEqual([1, 1, 10]);
    more.push(add(1));
    expect(sizes()).toEqual([1, 1, 10, 5]);
    for (const { end } of writes) end();
    await Promise.all([...first, ...more]);
  });

  it('leaves nobody waiting when the last write ends', async () => {
    const { writes, add, turn, sizes } = begun();
    const done = [add(1), add(1), add(10)];
    writes[0]!.end();
    writes[1]!.end();
    await turn();
    done.push(add(1));
    writes[2]!.end();
    await turn();
    expect(sizes()).toEqual([1, 1, 10, 1]);
    writes[3]!.end();
    await Promise.all(done);
  });

  it('tells every item of a group that its write failed, and goes on', async () => {
    const { writes, commit } = begun();
    const failed = [commit.add(1)];
    writes[0]!.fail(new Error('away'));
    await expect(Promise.all(failed)).rejects.toThrow('away');
    const next = commit.add(2);
    writes[1]!.end();
    await next;
  });
});

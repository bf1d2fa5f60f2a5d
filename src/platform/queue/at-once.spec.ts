import { atOnce } from './at-once.js';

describe('doing the same at once', () => {
  it('answers what each brought', async () => {
    let n = 0;
    expect(await atOnce(3, () => Promise.resolve(++n))).toEqual([1, 2, 3]);
  });

  it('waits for the others when one fails, and then fails as it did', async () => {
    const ended: string[] = [];
    const works = [
      () => Promise.reject(new Error('the first')),
      () => new Promise<void>((resolve) => setImmediate(resolve)).then(() => void ended.push('the second')),
    ];
    await expect(atOnce(2, () => works.shift()!())).rejects.toThrow('the first');
    expect(ended).toEqual(['the second']);
  });
});

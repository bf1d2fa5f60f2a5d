import { Turns } from './turns.js';

describe('what waits for a thread', () => {
  const all = (turns: Turns<string>): string[] => {
    const taken: string[] = [];
    for (let item = turns.next(); item !== undefined; item = turns.next()) taken.push(item);
    return taken;
  };

  it('goes in turn between those who ask, each one’s in their order', () => {
    const turns = new Turns<string>();
    for (const item of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2']) turns.add(item[0]!, item);
    expect(['a', 'b', 'd'].map((who) => turns.countOf(who))).toEqual([4, 1, 0]);
    expect(all(turns)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4']);
    expect(turns.countOf('a')).toBe(0);
  });

  it('gives newcomers their turn before those who had theirs', () => {
    const turns = new Turns<string>();
    for (const item of ['a1', 'a2', 'a3']) turns.add('a', item);
    expect(turns.next()).toBe('a1');
    turns.add('b', 'b1');
    expect(all(turns)).toEqual(['a2', 'b1', 'a3']);
  });
});

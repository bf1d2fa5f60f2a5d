import { StatementNames } from './statement-names.js';

describe('the names of prepared statements', () => {
  it('are the same for the same text and others for another one', () => {
    const names = new StatementNames();
    expect(names.of('SELECT 1')).toBe(names.of('SELECT 1'));
    expect(names.of('SELECT 2')).not.toBe(names.of('SELECT 1'));
  });

  it('change when a statement has grown older, so that a plan made for empty tables does not stay', () => {
    const names = new StatementNames();
    const used = Array.from({ length: 30_000 }, () => names.of('SELECT 1'));
    expect(new Set(used).size).toBe(4);
    expect([used[18] === used[0], used[20] === used[0]]).toEqual([true, false]);
  });

  it('are others after a migration', () => {
    const names = new StatementNames();
    const before = names.of('SELECT 1');
    names.renew();
    expect(names.of('SELECT 1')).not.toBe(before);
  });

  it('end where texts have no end', () => {
    const names = new StatementNames();
    for (let i = 0; i < 500; i++) names.of(`SELECT ${i}`);
    expect(names.of('SELECT 500')).toBeUndefined();
    expect(names.of('SELECT 1')).toBeDefined();
  });
});

import fc from 'fast-check';
import { Agenda } from './agenda.js';

describe('the agenda', () => {
  it('gives back what was put in by time, and at one instant in the order of putting', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (instants) => {
        const agenda = new Agenda<number>();
        instants.forEach((at, i) => agenda.put(at, i));
        const taken = instants.map(() => agenda.take()!);
        const expected = instants.map((at, item) => ({ at, item })).sort((a, b) => a.at - b.at || a.item - b.item);
        expect(taken.map(({ at, item }) => ({ at, item }))).toEqual(expected);
        expect(agenda.take()).toBeUndefined();
      }),
    );
  });
});

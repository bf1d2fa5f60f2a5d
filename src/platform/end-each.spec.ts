import { endEach } from './end-each.js';

describe('the end of what a process has opened', () => {
  it('comes to each in its order, also when one does not end; what failed first is told', async () => {
    const ended: string[] = [];
    const ending = (what: string, failure?: Error) => () => {
      ended.push(what);
      return failure ? Promise.reject(failure) : Promise.resolve();
    };
    const ends = [
      ending('modules', new Error('a spool that does not close')),
      ending('pool', new Error('later')),
      ending('server'),
    ];
    await expect(endEach(ends)).rejects.toThrow('a spool that does not close');
    expect(ended).toEqual(['modules', 'pool', 'server']);
  });
});

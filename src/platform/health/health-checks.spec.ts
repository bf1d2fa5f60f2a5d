import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { HealthChecks } from './health-checks.js';

describe('readiness', () => {
  it('is given while every check is ok or only warns', async () => {
    const checks = new HealthChecks();
    checks.register('one', () => Promise.resolve({ state: 'ok' }));
    checks.register('two', () => Promise.resolve({ state: 'warn', detail: 'look at it' }));
    expect(await checks.report()).toEqual({
      status: 'ready',
      checks: { one: { state: 'ok' }, two: { state: 'warn', detail: 'look at it' } },
    });
  });

  it('is lost by one check that fails, throws or never answers; none of them hides the others', async () => {
    const checks = new HealthChecks(5);
    checks.register('fine', () => Promise.resolve({ state: 'ok' }));
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    checks.register('throws', () => Promise.reject(new Error('with an address in it')));
    checks.register('away', () => Promise.reject(Object.assign(new Error(), { code: 'ECONNREFUSED' })));
    checks.register('crowded', () => Promise.reject(Object.assign(new Error(), { code: '53300' })));
    checks.register('hangs', () => new Promise(() => undefined));
    expect(await checks.report()).toEqual({
      status: 'not_ready',
      checks: {
        fine: { state: 'ok' },
        throws: { state: 'fail', detail: 'the check itself failed; see the log' },
        away: { state: 'fail', detail: 'the database cannot be reached' },
        crowded: { state: 'fail', detail: 'the database has no connection left: others hold all of max_connections' },
        hangs: { state: 'fail', detail: 'no answer within 5 ms' },
      },
    });
    await checks.report();
    expect(error.mock.calls).toEqual([
      ['a check of /health/ready failed', expect.objectContaining({ check: 'throws', error: 'with an address in it' })],
    ]);
    error.mockRestore();
  });
});

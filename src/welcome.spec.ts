import type { Env } from './platform/config/env.js';
import { welcome } from './welcome.js';

describe('what a start tells', () => {
  const url = 'http://localhost:3000';
  const told = (...roles: Env['ROLES']): string =>
    welcome({ url, firstRun: null }, { ROLES: roles, DATA_DIR: '.data' });

  it('is where the API can be read, by a process that has one', () => {
    expect(told('api', 'worker')).toBe('Touchmap answers at http://localhost:3000 (API: http://localhost:3000/docs)');
    expect(told('worker', 'tracking')).toBe('Touchmap answers at http://localhost:3000 (worker, tracking, no API)');
  });

  it('names the first time the pages that are there, and no console', () => {
    const firstRun = {
      url,
      store: 'default',
      liveKey: 'tm_live_1',
      testKey: 'tm_test_1',
      consoleUrl: `${url}/console`,
    };
    const first = welcome({ url, firstRun }, { DATA_DIR: '.data', ROLES: ['api'] });
    expect(first).toContain(`${url}/docs`);
    expect(first).not.toContain('console');
  });
});

import { welcome } from './welcome.js';

it('the first start names the pages that are there, and no console', () => {
  const url = 'http://localhost:3000';
  const firstRun = { url, store: 'default', liveKey: 'tm_live_1', testKey: 'tm_test_1', consoleUrl: `${url}/console` };
  const told = welcome({ url, firstRun }, { DATA_DIR: '.data' });
  expect(told).toContain(`${url}/docs`);
  expect(told).not.toContain('console');
});

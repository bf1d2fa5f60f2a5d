import { type FlowApp, startApp } from '../support/app.js';
import { aCart, Shop } from '../support/shop.js';

describe('while all sending is held', () => {
  let app: FlowApp;
  let live: Shop;

  beforeAll(async () => {
    app = await startApp({ env: { SENDING_HOLD: 'true' } });
    live = new Shop(app.url, app.liveKey);
  });
  afterAll(() => app.close());

  it('refuses tests of templates in live with 409 and says so in /health/ready, which stays 200', async () => {
    const answer = await live.call<object>('POST', '/v1/templates/abandoned-cart/reminder/test', {
      to: ['me@shop.example'],
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'sending_held' } });
    const ready = await live.call<{ checks: object }>('GET', '/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { checks: { sending: { state: 'warn' } } } });
  });

  it('lets sandboxes work as ever', async () => {
    const test = new Shop(app.url, app.testKey);
    await test.reset('2026-11-21T12:00:00.000Z');
    await test.event(aCart('anna@example.com', '2026-11-21T12:00:00.000Z'));
    await test.advance('45 minutes');
    expect(await test.messages({ state: 'accepted' })).toHaveLength(1);
    await test.must('POST', '/v1/templates/abandoned-cart/reminder/test', { to: ['me@shop.example'] });
  });
});

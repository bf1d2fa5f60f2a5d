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

  it('lets sandboxes work as ever: letters and tests are accepted and listed in pages, each once', async () => {
    const test = new Shop(app.url, app.testKey);
    await test.reset('2026-11-21T12:00:00.000Z');
    await test.event(aCart('anna@example.com', '2026-11-21T12:00:00.000Z'));
    await test.advance('45 minutes');
    expect(await test.messages({ state: 'accepted' })).toHaveLength(1);
    const sent = await test.must<{ messages: { id: string; state: string }[] }>(
      'POST',
      '/v1/templates/abandoned-cart/reminder/test',
      { to: ['me@shop.example', 'you@shop.example'] },
    );
    expect(sent.messages.map(({ state }) => state)).toEqual(['accepted', 'accepted']);
    const again = await test.call<object>('POST', `/v1/messages/${sent.messages[0]!.id}/resend`);
    expect(again).toMatchObject({ status: 409, body: { code: 'not_resendable' } });
    const pages: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const at: string = `/v1/messages?limit=2${cursor && `&cursor=${cursor}`}`;
      const page: { items: { id: string }[]; nextCursor: string | null } = await test.must('GET', at);
      pages.push(page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    const all = await test.must<{ items: { id: string }[] }>('GET', '/v1/messages?limit=200');
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    expect(pages.flat()).toEqual(all.items.map(({ id }) => id));
  });
});

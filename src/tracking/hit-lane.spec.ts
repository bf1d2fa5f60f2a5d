import { createServer, get, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProcessClock } from '../platform/clock/clock.js';
import { newId } from '../platform/ids.js';
import { Secrets } from '../platform/secrets.js';
import { signToken, type TokenPurpose } from '../platform/tokens.js';
import type { EngagementWriter } from './engagement-writer.js';
import type { Hit } from './hit.js';
import { HitClock } from './hit-clock.js';
import { HitLane } from './hit-lane.js';
import { TokenReader } from './token-reader.js';

const TARGET = 'https://shop.example/cart/81?size=M&цвет=белый';
const secrets = new Secrets('a secret of this specification only');

/** A server whose own listener answers 418, with the lane before it. */
describe('the lane past the framework', () => {
  let server: Server;
  let lane: HitLane;
  let hits: Hit[];
  let stored: Promise<void>;

  beforeEach(async () => {
    hits = [];
    stored = Promise.resolve();
    const writer = { write: (hit: Hit) => (hits.push(hit), stored) } as unknown as EngagementWriter;
    lane = new HitLane(new TokenReader(secrets), new HitClock(new ProcessClock()), writer);
    server = createServer((_, response) => response.writeHead(418).end());
    lane.lead(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const token = (purpose: TokenPurpose): string =>
    signToken(
      { keyId: secrets.keyId, key: secrets.derive('tokens') },
      { purpose, environmentId: newId(), messageId: newId(), linkIndex: 0, url: purpose === 'click' ? TARGET : '' },
    );
  const ask = (path: string, method = 'GET'): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const asked = request({ port, host: '127.0.0.1', path, method, agent: false }, (answer) =>
        resolve(answer.resume()),
      );
      asked.on('error', reject).end();
    });

  it('sends a click to the signed target, with headers that keep it out of caches, logs and indexes', async () => {
    const answer = await ask(`/t/c/${token('click')}?url=https://evil.example`);
    expect(answer.statusCode).toBe(302);
    expect(answer.headers).toMatchObject({
      location: new URL(TARGET).href,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'x-content-type-options': 'nosniff',
      'content-length': '0',
    });
    expect(hits).toMatchObject([{ action: 'click', url: TARGET, linkIndex: 0, method: 'GET' }]);
  });

  it('answers the pixel with a picture that is fetched anew each time', async () => {
    const answer = await ask(`/t/o/${token('open')}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/gif',
      'cache-control': 'no-store, max-age=0',
      'x-robots-tag': 'noindex',
      'x-content-type-options': 'nosniff',
    });
    expect(hits).toMatchObject([{ action: 'open', url: null, linkIndex: null }]);
  });

  it('answers when the hit is durable and not before', async () => {
    let store!: () => void;
    stored = new Promise((resolve) => (store = resolve));
    const answer = ask(`/t/c/${token('click')}`);
    const other = await new Promise<IncomingMessage>((resolve) => {
      const { port } = server.address() as AddressInfo;
      get({ port, host: '127.0.0.1', path: '/', agent: false }, (reply) => resolve(reply.resume()));
    });
    expect(other.statusCode).toBe(418);
    while (hits.length === 0) await new Promise(setImmediate);
    expect(await Promise.race([answer, new Promise((resolve) => setImmediate(resolve, 'none yet'))])).toBe('none yet');
    store();
    expect((await answer).statusCode).toBe(302);
  });

  it('leaves everything that is not as it should be to the server', async () => {
    const good = token('click');
    for (const [path, method] of [
      [`/t/c/${good}`, 'HEAD'],
      [`/t/c/${good}`, 'POST'],
      [`/t/c/${good}/`, 'GET'],
      [`/t/c/${good}=`, 'GET'],
      [`/t/c/%${good}`, 'GET'],
      [`/t/c/${good.slice(0, -1)}`, 'GET'],
      [`/t/c/${token('open')}`, 'GET'],
      [`/t/o/${good}`, 'GET'],
      [`/t/x/${good}`, 'GET'],
      ['/t/c/', 'GET'],
      ['/', 'GET'],
    ] as const)
      expect([path, method, (await ask(path, method)).statusCode]).toEqual([path, method, 418]);
    expect(hits).toEqual([]);
  });

  it('leaves all requests of a process that is ending to the server, which tells its clients to go', async () => {
    lane.onModuleDestroy();
    expect((await ask(`/t/c/${token('click')}`)).statusCode).toBe(418);
    expect(hits).toEqual([]);
  });
});

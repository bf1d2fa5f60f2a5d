import fastify, { type FastifyInstance } from 'fastify';
import { registerAccess } from './access-hook.js';
import { type Caller, KeyVerifier } from './auth.js';
import { WrongKeys } from './wrong-keys.js';

class OneKey extends KeyVerifier {
  asked = 0;

  verify(key: string): Caller | null {
    this.asked++;
    if (key !== 'right') return null;
    const ids = { storeId: 's', environmentId: 'e', keyId: 'k' };
    return { ...ids, mode: 'live', clock: 'real', scopes: ['contacts'] };
  }

  isFamiliar(key: string): boolean {
    return key === 'right';
  }
}

describe('access', () => {
  let server: FastifyInstance;
  let keys: OneKey;

  beforeEach(() => {
    server = fastify();
    keys = new OneKey();
    registerAccess(server, keys, new WrongKeys({ now: () => new Date(0), monotonicMs: () => 1_000 }));
  });
  afterEach(() => server.close());

  const answer = () => Promise.resolve({});

  it('must be said by every route: without it the server does not even start', () => {
    expect(() => server.get('/v1/new', answer)).toThrow('GET /v1/new does not say who may call it');
    expect(() => server.get('/v1/open', { config: { access: { scope: null } } }, answer)).not.toThrow();
  });

  it('is given to keys in force with the scope, before the body is read', async () => {
    server.post('/v1/people', { config: { access: { scope: 'contacts' } } }, answer);
    server.post('/v1/keys', { config: { access: { scope: 'admin' } } }, answer);
    const post = async (url: string, key: string) =>
      (await server.inject({ method: 'POST', url, headers: { authorization: `Bearer ${key}` }, payload: '{' }))
        .statusCode;
    expect(await post('/v1/people', 'wrong')).toBe(401);
    expect(await post('/v1/keys', 'right')).toBe(403);
    expect(await post('/v1/people', 'right')).toBe(415); // let in, and only then looked at
  });

  it('is looked for in the header only, and costs no look-up where there is none', async () => {
    server.get('/v1/people', { config: { access: { scope: 'contacts' } } }, answer);
    expect((await server.inject('/v1/people?key=right&authorization=Bearer%20right')).statusCode).toBe(401);
    expect(keys.asked).toBe(0);
  });

  it('is not even looked up for an address that sent too many wrong keys', async () => {
    server.get('/v1/people', { config: { access: { scope: 'contacts' } } }, answer);
    const ask = () => server.inject({ url: '/v1/people', headers: { authorization: 'Bearer wrong' } });
    for (let i = 0; i < 60; i++) expect((await ask()).statusCode).toBe(401);
    const asked = keys.asked;
    expect((await ask()).statusCode).toBe(429);
    expect(keys.asked).toBe(asked);
    const known = { url: '/v1/people', headers: { authorization: 'Bearer right' } };
    expect((await server.inject(known)).statusCode).toBe(200);
  });
});

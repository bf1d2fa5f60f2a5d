import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type FlowApp, startApp } from '../support/app.js';
import { aCart, Shop } from '../support/shop.js';

interface Connector {
  readonly id: string;
  readonly path: string;
  readonly secret: string | null;
}

const ANNA = 'anna@example.com';
const seconds = (): string => String(Math.floor(Date.now() / 1_000));

describe('provider webhooks', () => {
  let app: FlowApp;
  let shop: Shop;
  let connector: Connector;
  let letter: string;
  const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const theirs = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).toString('base64');

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    connector = await shop.must('POST', '/v1/connectors', { kind: 'sendgrid', publicKey: spki(ours.publicKey) });
    const now = new Date().toISOString();
    await shop.reset(now);
    await shop.event(aCart(ANNA, now));
    await shop.advance('45 minutes');
    letter = (await shop.messages())[0]!.id;
  });
  afterAll(() => app.close());

  const report = (fields: object = {}): object => ({
    event: 'delivered',
    mid: letter,
    timestamp: Number(seconds()),
    ...fields,
  });
  async function post(
    body: string | Buffer,
    change: { path?: string; key?: KeyObject; timestamp?: string; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: { code?: string; duplicates?: number } }> {
    const { path = connector.path, key = ours.privateKey, timestamp = seconds(), headers = {} } = change;
    const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), Buffer.from(body)]), key).toString(
      'base64',
    );
    return new Shop(app.url, '').call('POST', path, body, {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': timestamp,
      ...headers,
    });
  }
  const SIGNATURE = 'x-twilio-email-event-webhook-signature';

  it('settle a letter of which nobody knew whether it went out, and are no news the second time', async () => {
    await shop.engage(letter, 'open'); // people may open before the provider tells of the delivery
    await app.engine.query(`UPDATE messages SET state = 'unknown', unknown_since = clock_timestamp() WHERE id = $1`, [
      letter,
    ]);
    const body = JSON.stringify([report()]);
    expect(await shop.messages()).toMatchObject([{ id: letter, delivery: null, deliveredAt: null }]);
    expect(await post(body)).toMatchObject({ status: 200, body: { duplicates: 0 } });
    expect(await shop.messages()).toMatchObject([{ id: letter, state: 'accepted' }]);
    const told = await shop.message(letter);
    expect(told).toMatchObject({ delivery: 'delivered', deliveredAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(await post(JSON.stringify([report({ event: 'processed' })]))).toMatchObject({ status: 200 });
    const processed = expect.objectContaining({ kind: 'processed' });
    expect(await shop.message(letter)).toEqual({ ...told, deliveryReports: [...told.deliveryReports, processed] });
    expect(await post(body)).toMatchObject({ status: 200, body: { duplicates: 1 } });
  });

  it('are refused when they are forged, tampered with, unsigned, malformed or too old', async () => {
    const body = JSON.stringify([report({ event: 'bounce' })]);
    const genuine = sign('sha256', Buffer.from(`${seconds()}${body}`), ours.privateKey).toString('base64');
    const old = String(Number(seconds()) - 25 * 3_600 - 60);
    for (const refused of [
      await post(body, { key: theirs.privateKey }),
      await post(body.replace('bounce', 'spamre'), { headers: { [SIGNATURE]: genuine } }),
      await post(body, { headers: { [SIGNATURE]: '' } }),
      await post(body, { headers: { [SIGNATURE]: 'MEUCIQ==' } }),
      await post(body, { headers: { [SIGNATURE]: '%%%' } }),
      await post(body, { headers: { 'x-twilio-email-event-webhook-timestamp': 'now' } }),
      await post(body, { timestamp: old }),
    ])
      expect(refused).toMatchObject({ status: 401, body: { code: 'bad_signature' } });
    const unsigned = await fetch(app.url + connector.path, { method: 'POST', body });
    expect(unsigned.status).toBe(401);
    expect(await shop.call('GET', `/v1/suppressions/${ANNA}`)).toMatchObject({ status: 404 });
  });

  it('are refused with another store’s key, at an unknown connector, and after it was removed', async () => {
    const live = new Shop(app.url, app.liveKey);
    const other = await live.must<Connector>('POST', '/v1/connectors', {
      kind: 'sendgrid',
      publicKey: spki(theirs.publicKey),
    });
    const body = JSON.stringify([report({ event: 'spamreport' })]);
    expect(await post(body, { path: other.path })).toMatchObject({ status: 401 });
    // Signed by the other environment's own key: verified, but the letter is not its own.
    expect(await post(body, { path: other.path, key: theirs.privateKey })).toMatchObject({ status: 200 });
    expect(await shop.call('GET', `/v1/suppressions/${ANNA}`)).toMatchObject({ status: 404 });
    expect(await shop.call('DELETE', `/v1/connectors/${other.id}`)).toMatchObject({ status: 404 });
    await live.must('DELETE', `/v1/connectors/${other.id}`);
    for (const path of [other.path, '/hooks/sendgrid/x', `/hooks/sendgrid/${letter}`])
      expect(await post(body, { path, key: theirs.privateKey })).toMatchObject({ status: 404 });
  });

  it('are refused when they are no list, no JSON, no text, or too much', async () => {
    expect(await post('{"event":"delivered"}')).toMatchObject({ status: 400, body: { code: 'malformed' } });
    expect(await post('[')).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
    expect(await post(Buffer.from([0x5b, 0xff, 0x5d]))).toMatchObject({ status: 400 });
    expect(await post(Buffer.alloc(10 * 1024 * 1024, ' '))).toMatchObject({ status: 413 });
    expect(await post(JSON.stringify([null, 1, [], {}, { event: {} }]))).toMatchObject({ status: 200 });
    expect(await post(`[${'['.repeat(100_000)}${']'.repeat(100_000)}]`)).toMatchObject({ status: 200 });
  });

  it('are refused before their body is read where the headers say enough: it may be too much and no JSON', async () => {
    const tooMuch = Buffer.alloc(5 * 1024 * 1024, '[');
    expect(await post(tooMuch, { headers: { [SIGNATURE]: '' } })).toMatchObject({ status: 401 });
    expect(await post(tooMuch, { timestamp: '1' })).toMatchObject({ status: 401 });
    expect(await post(tooMuch, { path: '/hooks/sendgrid/x' })).toMatchObject({ status: 404 });
    for (const body of [tooMuch, Buffer.from('[')])
      expect(
        await post(body, { path: '/hooks/bounces', headers: { authorization: 'Bearer tm_bounces_x' } }),
      ).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  });

  it('of unknown letters are taken and change nothing', async () => {
    expect(
      await post(
        JSON.stringify([report({ mid: '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee' }), { event: 'bounce', email: ANNA }]),
      ),
    ).toMatchObject({ status: 200 });
    expect(await shop.call('GET', `/v1/suppressions/${ANNA}`)).toMatchObject({ status: 404 });
  });

  it('are set up with a key of SendGrid’s, or with a secret that is shown once', async () => {
    expect(await shop.call('POST', '/v1/connectors', { kind: 'sendgrid' })).toMatchObject({
      status: 422,
      body: { code: 'invalid_public_key' },
    });
    expect(await shop.call('POST', '/v1/connectors', { kind: 'carrier-pigeon' })).toMatchObject({ status: 422 });
    const made = await shop.call<Connector>('POST', '/v1/connectors', { kind: 'bounces', name: 'IMAP reader' });
    expect(made).toMatchObject({ status: 201, body: { secret: expect.stringMatching(/^tm_bounces_/) } });
    const { items } = await shop.must<{ items: Connector[] }>('GET', '/v1/connectors');
    expect(items.map(({ id }) => id)).toEqual([made.body.id, connector.id]);
    expect(JSON.stringify(items)).not.toContain('tm_bounces_');
  });

  it('of a bounce mailbox are taken with the secret only, block the address, and say at the letter why', async () => {
    const { secret } = await shop.must<Connector>('POST', '/v1/connectors', { kind: 'bounces' });
    const body = { messageId: `<${letter}.1@shop.example>`, kind: 'hard', reason: '550 no such user' };
    for (const key of ['', app.testKey, `${secret!.slice(0, -2)}xx`])
      expect(await new Shop(app.url, key).call('POST', '/hooks/bounces', body)).toMatchObject({ status: 401 });
    const reader = new Shop(app.url, secret!);
    expect(await reader.call('POST', '/hooks/bounces', { ...body, kind: 'odd' })).toMatchObject({ status: 422 });
    expect(await reader.call('POST', '/hooks/bounces', 'null')).toMatchObject({ status: 400 });
    expect(await reader.call('POST', '/hooks/bounces', [body])).toMatchObject({
      status: 200,
      body: { stored: 1, parked: 0 },
    });
    expect(await shop.must('GET', `/v1/suppressions/${ANNA}`)).toMatchObject({ reason: 'hard_bounce' });
    const bounced = await shop.message(letter);
    expect(bounced).toMatchObject({ delivery: 'bounced' });
    expect(await shop.messages({ delivery: 'bounced' })).toMatchObject([{ id: letter }]);
    expect(await shop.messages({ delivery: 'complained' })).toEqual([]);
    expect(await shop.call('GET', '/v1/messages?delivery=lost')).toMatchObject({
      status: 400,
      body: { code: 'invalid_delivery', detail: 'delivery must be one of blocked, bounced, dropped, complained' },
    });
    expect(bounced.deliveryReports.at(-1)).toMatchObject({ kind: 'bounced', detail: '550 no such user' });
    expect(await shop.must('GET', `/v1/contacts/${ANNA}/export`)).toMatchObject({
      suppressions: [{ email: ANNA, reason: 'hard_bounce' }],
      providerReports: expect.arrayContaining([expect.objectContaining({ message: letter, kind: 'bounced' })]),
    });
    const { items } = await shop.must<{ items: { endReason: string }[] }>(
      'GET',
      '/v1/scenarios/abandoned-cart/enrollments',
    );
    expect(items).toMatchObject([{ endReason: 'suppressed' }]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { type FlowApp, startApp } from '../support/app.js';
import { Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const FOLDER = new URL('../../templates/', import.meta.url);
const PRESETS = readdirSync(FOLDER);
const GMAIL_CLIPS_AT = 102 * 1024;

const read = (path: string) => readFileSync(new URL(path, FOLDER), 'utf8');

interface Step {
  readonly id: string;
  readonly type: string;
}

describe('the presets', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
  });
  afterAll(() => app.close());

  it('are the five that the first start publishes in the sandbox', () => {
    expect(PRESETS).toEqual(['abandoned-cart', 'abandoned-checkout', 'lead-magnet', 'order-thank-you', 'trial-ending']);
  });

  it('are listed page by page as everything is, and a limit that cannot be is told', async () => {
    const list = async (query: string) => {
      const { status, body } = await shop.call<{ items: { key: string }[]; nextCursor: string | null }>(
        'GET',
        `/v1/presets${query}`,
      );
      return { status, keys: body.items?.map(({ key }) => key), next: body.nextCursor };
    };
    const first = await list('?limit=2');
    expect(first.keys).toEqual(PRESETS.slice(0, 2));
    expect(await list(`?cursor=${first.next}`)).toEqual({ status: 200, keys: PRESETS.slice(2), next: null });
    expect([(await list('?limit=0')).status, (await list('?cursor=none')).status]).toEqual([400, 400]);
  });

  it.each([
    ['abandoned-checkout', 'last-call', (until: string | null) => ({ expiresAt: until })],
    ['lead-magnet', 'second-copy', (until: string | null) => ({ expiresAt: until })],
    ['trial-ending', 'incentive', (until: string | null) => ({ offer: { title: '−20 %', until } })],
  ])('%s sends no `%s` that offers what has ended by then', async (key, step, offering) => {
    const sample = JSON.parse(read(`${key}/sample-event.json`)) as { data: object };
    const becomes = async (until: string | null) => {
      await shop.reset(NOON);
      await shop.event({ ...sample, occurredAt: NOON, data: { ...sample.data, ...offering(until) } });
      await shop.advance('60 days');
      return (await shop.messages({ scenario: key })).find((letter) => letter.step === step);
    };
    expect(await becomes('2026-11-22T20:59:59Z')).toMatchObject({ state: 'skipped', reason: 'condition_false' });
    expect(await becomes('2026-12-22')).toMatchObject({ state: 'accepted' });
    expect(await becomes(null)).toMatchObject({ state: 'accepted' });
  });

  it.each([
    ['nobody who paid while the trial still ran', '29 days', 0],
    ['somebody whose last payment is of long before it', '31 days', 3],
  ])('write of the end of a trial to %s', async (_who, before, letters) => {
    await shop.reset(NOON);
    const trial = JSON.parse(read('trial-ending/sample-event.json')) as { contact: object };
    await shop.event({ type: 'subscription.paid', contact: trial.contact, data: { currency: 'RUB', total: 990 } });
    await shop.advance(before);
    await shop.event(trial);
    await shop.advance('10 days');
    expect(await shop.messages({ scenario: 'trial-ending', state: 'accepted' })).toHaveLength(letters);
  });

  it('call the store as its brand is called, and lead to its site where the event brings no address', async () => {
    await shop.must('PATCH', '/v1/store', {
      brand: { name: 'The Coats' },
      url: 'https://coats.example/',
      postalAddress: 'Coat Lane 1',
    });
    await shop.reset(NOON);
    const { data, ...sample } = JSON.parse(read('abandoned-cart/sample-event.json')) as { data: object };
    await shop.event({ ...sample, occurredAt: NOON, data: { ...data, url: undefined } });
    await shop.advance('1 hour');
    const [{ id } = { id: '' }] = await shop.messages({ scenario: 'abandoned-cart', state: 'accepted' });
    const { html, text, links } = await shop.message(id);
    for (const part of [html, text]) expect(part).toMatch(/The Coats.*, Coat Lane 1/);
    expect(html).not.toContain('Default store');
    const home = links.filter(({ url }) => url === 'https://coats.example/');
    expect(home).toHaveLength(2);
    const preview = await shop.must<{ text: string }>('POST', '/v1/templates/abandoned-cart/reminder/preview', {
      event: { data },
    });
    expect(preview.text).toMatch(/The Coats.*, Coat Lane 1/);
    await shop.must('PATCH', '/v1/store', { brand: { name: null }, url: null, postalAddress: null });
  });

  it('have buttons that can be read, whatever colour the store chooses for them', async () => {
    const button = async (primary: string): Promise<string | undefined> => {
      await shop.must('PATCH', '/v1/store', { brand: { colors: { primary } } });
      const { html } = await shop.must<{ html: string }>('POST', '/v1/templates/abandoned-cart/reminder/preview', {});
      return new RegExp(`<a\\s[^>]*background:${primary};color:(#[0-9a-f]{6})`).exec(html)?.[1];
    };
    expect(await button('#ffd400')).toBe('#000000');
    expect(await button('#123456')).toBe('#f4f5f7');
  });

  it('have numbers that can be read, whatever colour the store chooses for them', async () => {
    await shop.must('PATCH', '/v1/store', { brand: { colors: { primary: '#ffd400' } } });
    const { html } = await shop.must<{ html: string }>('POST', '/v1/templates/order-thank-you/feedback/preview', {});
    expect(html).toMatch(/class="number" [^>]*color: #806a00">1</);
    await shop.must('PATCH', '/v1/store', { brand: { colors: { primary: '#1f6feb' } } });
  });

  describe.each(PRESETS)('%s', (key) => {
    const scenario = JSON.parse(read(`${key}/scenario.json`)) as { key: string; messageClass: string; steps: Step[] };
    const emails = scenario.steps.filter((step) => step.type === 'email').map((step) => step.id);
    const letters = readdirSync(new URL(`${key}/`, FOLDER)).filter((file) => file.endsWith('.mjml'));
    const locales = [...new Set(letters.map((file) => file.split('.').at(-2)!))].sort();

    it('explains itself with its source’s own words', () => {
      expect(scenario.key).toBe(key);
      expect(read(`${key}/README.md`)).toMatch(/«[^»]{10,}»/);
    });

    it('has every letter in each of its languages', () => {
      expect(locales).toEqual(expect.arrayContaining(['en', 'ru']));
      expect(letters.toSorted()).toEqual(
        emails.flatMap((step) => locales.map((locale) => `${step}.${locale}.mjml`)).sort(),
      );
    });

    it.each(locales)(
      'sends every letter of its chain in %s, small enough and readable without pictures',
      async (locale) => {
        await shop.reset(NOON);
        const sample = JSON.parse(read(`${key}/sample-event.json`)) as { id?: string; contact: object };
        await shop.event({ ...sample, id: undefined, occurredAt: NOON, contact: { ...sample.contact, locale } });
        await shop.advance('60 days');
        const sent = await shop.messages({ scenario: key });
        expect(sent.map((m) => [m.step, m.state, m.reason])).toEqual(emails.map((step) => [step, 'accepted', null]));
        for (const letter of sent) {
          const { html, text, subject, headers } = await shop.message(letter.id);
          expect(letter.locale).toBe(locale);
          expect(Buffer.byteLength(html)).toBeLessThan(GMAIL_CLIPS_AT);
          expect(html.match(/<img(?![^>]*\balt=)[^>]*>/g)).toBeNull();
          expect(html).toContain('prefers-color-scheme');
          // As words: the tokens of links hold any letters in a row.
          expect(html + text + subject).not.toMatch(/\{\{|\bundefined\b|\[object|\bNaN\b/);
          expect(subject!.length).toBeLessThan(90);
          if (scenario.messageClass !== 'service') expect(headers).toHaveProperty('List-Unsubscribe');
          expect(html).toMatch(/\/u\//);
        }
      },
    );
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { type FlowApp, startApp } from '../support/app.js';
import { packText } from '../../src/templates/packed-text.js';
import { describeIf } from '../support/needs.js';
import { aCart, pathIn, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const FOLDER = new URL('../../templates/', import.meta.url);
const PRESETS = readdirSync(FOLDER);
/** Debian's package chromium; an install script that downloads a browser is not run here. */
const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PHONE = { width: 375, height: 800 };

describeIf('Chromium', existsSync(CHROMIUM), () => {
  let app: FlowApp;
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  /** Opens a page on a phone; answers how far it reaches to the right, what it shows and what it asked the network for. */
  async function look(html: { readonly content: string } | { readonly url: string }, colorScheme: 'light' | 'dark') {
    const page = await browser.newPage({ viewport: PHONE, colorScheme });
    const requests: string[] = [];
    await page.route('**/*', (route) => {
      requests.push(route.request().url());
      return 'url' in html && route.request().url() === html.url ? route.continue() : route.abort();
    });
    if ('url' in html) await page.goto(html.url);
    else await page.setContent(html.content, { waitUntil: 'load' });
    const width = await page.evaluate('document.documentElement.scrollWidth');
    const text = await page.evaluate('document.body.innerText');
    await page.close();
    return { width: Number(width), text: String(text), requests };
  }

  it.each(PRESETS)('every letter of %s fits a phone without pictures, by day and by night', async (key) => {
    for (const locale of ['ru', 'en']) {
      await shop.reset(NOON);
      const sample = JSON.parse(readFileSync(new URL(`${key}/sample-event.json`, FOLDER), 'utf8')) as {
        contact: object;
      };
      await shop.event({ ...sample, occurredAt: NOON, contact: { ...sample.contact, locale } });
      await shop.advance('60 days');
      const letters = await shop.messages({ scenario: key, state: 'accepted' });
      expect(letters.length).toBeGreaterThan(0);
      for (const letter of letters) {
        const { html } = await shop.message(letter.id);
        for (const scheme of ['light', 'dark'] as const) {
          const seen = await look({ content: html }, scheme);
          expect([letter.step, locale, scheme, seen.width]).toEqual([letter.step, locale, scheme, PHONE.width]);
          expect(seen.text.length).toBeGreaterThan(100);
        }
      }
    }
  });

  it('the unsubscribe page fits a phone and asks nobody else for anything', async () => {
    const [letter] = await shop.messages({ state: 'accepted' });
    const { headers } = await shop.message(letter!.id);
    const url = app.url + new URL(headers['List-Unsubscribe']!.slice(1, -1)).pathname;
    const seen = await look({ url }, 'light');
    expect(seen.width).toBe(PHONE.width);
    expect(seen.requests).toEqual([url]);
  });

  it('the page that confirms a subscription fits a phone and asks nobody else for anything', async () => {
    await shop.must('PATCH', '/v1/store', { doubleOptIn: true });
    await shop.reset(NOON);
    await shop.event(aCart('anna@example.com', NOON));
    await shop.advance('PT0S');
    await shop.must('PATCH', '/v1/store', { doubleOptIn: false });
    const [letter] = await shop.messages({ scenario: 'confirm-subscription' });
    const { html } = await shop.message(letter!.id);
    expect((await look({ content: html }, 'dark')).width).toBe(PHONE.width);
    const url = app.url + pathIn(html, 'c');
    const seen = await look({ url }, 'light');
    expect([seen.width, seen.requests]).toEqual([PHONE.width, [url]]);
  });

  it('a letter in the browser runs no script, whatever its HTML says', async () => {
    await shop.reset(NOON);
    await shop.event(aCart('anna@example.com', NOON));
    await shop.advance('1 hour');
    const [letter] = await shop.messages({ state: 'accepted' });
    const { html } = await shop.message(letter!.id);
    const url = app.url + pathIn(html, 'm');
    const evil = `<script>document.title='run'</script><img src="x" onerror="document.title='run'"><body>plain</body>`;
    const whole = `UPDATE message_bodies SET letter = NULL, html = $2, text = $2 WHERE message_id = $1`;
    await app.engine.query(whole, [letter!.id, packText(evil)]);
    const page = await browser.newPage({ viewport: PHONE });
    await page.goto(url);
    expect([await page.title(), await page.innerText('body')]).toEqual(['', 'plain']);
    await page.close();
  });

  it('the preference page fits a phone by day and by night and asks nobody else for anything', async () => {
    for (const locale of ['ru', 'en']) {
      await shop.reset(NOON);
      await shop.event(aCart('anna@example.com', NOON));
      await shop.must('PATCH', '/v1/contacts/anna@example.com', { locale });
      await shop.advance('1 hour');
      const { html } = await shop.message((await shop.messages({ state: 'accepted' }))[0]!.id);
      const url = app.url + pathIn(html, 'p');
      for (const scheme of ['light', 'dark'] as const) {
        const seen = await look({ url }, scheme);
        expect([locale, scheme, seen.width, seen.requests]).toEqual([locale, scheme, PHONE.width, [url]]);
      }
    }
  });
});

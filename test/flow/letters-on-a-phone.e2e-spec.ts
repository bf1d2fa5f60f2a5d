import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
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
const FITS = { light: PHONE.width, dark: PHONE.width };
const LOCALES = ['ru', 'en'];

describeIf('Chromium', existsSync(CHROMIUM), () => {
  let app: FlowApp;
  let shop: Shop;
  let browser: Browser;
  let phone: BrowserContext;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    phone = await browser.newContext({ viewport: PHONE });
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  /**
   * Opens a page on a phone by day and lets night fall; answers how far it reaches to the right by day and by night, how much it shows
   * and what it asked the network for.
   */
  async function look(html: { readonly content: string } | { readonly url: string }) {
    const page = await phone.newPage();
    const requests: string[] = [];
    await page.route('**/*', (route) => {
      requests.push(route.request().url());
      return 'url' in html && route.request().url() === html.url ? route.continue() : route.abort();
    });
    if ('url' in html) await page.goto(html.url);
    else await page.setContent(html.content, { waitUntil: 'load' });
    const widths: Record<string, number> = {};
    const lengths: number[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      widths[colorScheme] = Number(await page.evaluate('document.documentElement.scrollWidth'));
      lengths.push(Number(await page.evaluate('document.body.innerText.length')));
    }
    await page.close();
    return { widths, shown: Math.min(...lengths), requests };
  }

  it.each(PRESETS)('every letter of %s fits a phone without pictures, by day and by night', async (key) => {
    await shop.reset(NOON);
    const sample = JSON.parse(readFileSync(new URL(`${key}/sample-event.json`, FOLDER), 'utf8')) as { contact: object };
    for (const locale of LOCALES) {
      const contact = { ...sample.contact, email: `${locale}@example.com`, externalId: `u-${locale}`, locale };
      await shop.event({ ...sample, occurredAt: NOON, contact });
    }
    await shop.advance('60 days');
    const letters = await shop.messages({ scenario: key, state: 'accepted' });
    expect(new Set(letters.map(({ to, locale }) => `${locale} ${to}`))).toEqual(
      new Set(LOCALES.map((locale) => `${locale} ${locale}@example.com`)),
    );
    for (const { id, step, locale } of letters) {
      const { html } = await shop.message(id);
      const { widths, shown } = await look({ content: html });
      expect([step, locale, widths]).toEqual([step, locale, FITS]);
      expect(shown).toBeGreaterThan(100);
    }
  });

  it('the unsubscribe page fits a phone and asks nobody else for anything', async () => {
    const [letter] = await shop.messages({ state: 'accepted' });
    const { headers } = await shop.message(letter!.id);
    const url = app.url + new URL(headers['List-Unsubscribe']!.slice(1, -1)).pathname;
    const seen = await look({ url });
    expect([seen.widths, seen.requests]).toEqual([FITS, [url]]);
  });

  it('the page that confirms a subscription fits a phone and asks nobody else for anything', async () => {
    await shop.must('PATCH', '/v1/store', { doubleOptIn: true });
    await shop.reset(NOON);
    await shop.event(aCart('anna@example.com', NOON));
    await shop.advance('PT0S');
    await shop.must('PATCH', '/v1/store', { doubleOptIn: false });
    const [letter] = await shop.messages({ scenario: 'confirm-subscription' });
    const { html } = await shop.message(letter!.id);
    expect((await look({ content: html })).widths).toEqual(FITS);
    const url = app.url + pathIn(html, 'c');
    const seen = await look({ url });
    expect([seen.widths, seen.requests]).toEqual([FITS, [url]]);
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
    const page = await phone.newPage();
    await page.goto(url);
    expect([await page.title(), await page.innerText('body')]).toEqual(['', 'plain']);
    await page.close();
  });

  it('the preference page fits a phone by day and by night and asks nobody else for anything', async () => {
    for (const locale of LOCALES) {
      await shop.reset(NOON);
      await shop.event(aCart('anna@example.com', NOON));
      await shop.must('PATCH', '/v1/contacts/anna@example.com', { locale });
      await shop.advance('1 hour');
      const { html } = await shop.message((await shop.messages({ state: 'accepted' }))[0]!.id);
      const url = app.url + pathIn(html, 'p');
      const seen = await look({ url });
      expect([locale, seen.widths, seen.requests]).toEqual([locale, FITS, [url]]);
    }
  });
});

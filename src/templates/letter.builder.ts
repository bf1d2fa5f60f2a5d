import type { CompiledLocale } from './compile/compiled-template.js';
import { compileTemplate } from './compile/compile-template.js';
import type { PreparedSigning } from './helpers/rendering.js';
import { recordSum, writeRecord } from './kept/letter-record.js';
import { type LetterParts, openLetter } from './kept/open-letter.js';
import { type FilledLetter, LetterTemplate } from './letter-template.js';
import type { StoreProfile } from './ports.js';
import type { RefusedLink, RenderContext, RenderedLink } from './render-request.js';

const OWN_FOOTER = '<mj-text>{{store.postalAddress}} <a href="{{links.unsubscribe}}">off</a></mj-text>';

/** An MJML source around this body; it has a footer of its own. */
export function anMjml(body: string, subject = 'Subject'): string {
  return `<mjml><mj-head><mj-title>${subject}</mj-title><mj-preview>Preheader</mj-preview></mj-head><mj-body><mj-section><mj-column>${body}${OWN_FOOTER}</mj-column></mj-section></mj-body></mjml>`;
}

/** An MJML source with this text in it. */
export function aLetterSource(text: string, subject?: string): string {
  return anMjml(`<mj-text>${text}</mj-text>`, subject);
}

/** Compiles or throws the problems. */
export async function compiled(source: string, locale = 'en'): Promise<CompiledLocale> {
  const outcome = await compileTemplate(source, locale);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.compiled;
}

/** Codes of what refuses the source. */
export async function refusals(source: string): Promise<readonly string[]> {
  const outcome = await compileTemplate(source, 'en');
  return outcome.ok ? [] : outcome.problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

/** A store that has settled nothing but its name and colours. */
export function aStoreProfile(changed: Partial<StoreProfile> = {}): StoreProfile {
  return {
    url: null,
    currency: 'EUR',
    timezone: 'UTC',
    locale: 'en',
    postalAddress: null,
    brand: { name: 'Shop', colors: { primary: '#1f6feb', background: '#f4f5f7' } },
    utm: null,
    trackingDomain: null,
    ...changed,
  };
}

/** What the template sees of a cart with three products. */
export function aContext(changed: { readonly data?: object; readonly contact?: object } = {}): RenderContext {
  const data = {
    cartId: '81',
    currency: 'RUB',
    total: 33780,
    url: 'https://shop.example/cart/81',
    items: [
      { title: 'Coat', price: 15900, quantity: 1, url: 'https://shop.example/p/coat' },
      { title: 'Scarf', price: '2490.50', quantity: 2, url: 'https://shop.example/p/scarf' },
      { title: 'Boots', price: 12900, quantity: 5, url: 'https://shop.example/p/boots' },
    ],
    ...changed.data,
  };
  const event = { ...data, id: 'cart-81', type: 'cart.updated', at: '2026-11-21T21:30:00.000Z', data };
  return {
    event,
    contact: {
      email: 'anna@example.com',
      firstName: 'Anna',
      lastName: null,
      timezone: 'Europe/Moscow',
      attributes: {},
      ...changed.contact,
    },
    run: { event, enteredAt: event.at, touches: 0, variant: '', subject: '81' },
    store: {
      name: 'Shop',
      currency: 'RUB',
      timezone: 'UTC',
      locale: 'en',
      postalAddress: 'Street 1',
      brand: {
        colors: {
          primary: '#112233',
          background: '#ffffff',
          text: '#111111',
          onPrimary: '#ffffff',
          onBackground: '#112233',
        },
      },
    },
    now: '2026-11-21T22:15:00.000Z',
    links: {
      unsubscribe: 'https://mail.example/u/1',
      preferences: 'https://mail.example/p/1',
      view: 'https://mail.example/m/1',
    },
  };
}

/** A letter as somebody gets it. */
export interface Letter extends LetterParts {
  readonly subject: string;
  readonly preheader: string;
  readonly links: readonly RenderedLink[];
  readonly refusedLinks: readonly RefusedLink[];
}

/** A letter as it is kept. */
export function keptLetter({ record, facts }: FilledLetter): Buffer {
  const bytes = Buffer.from(writeRecord(record));
  return Buffer.concat([bytes, Buffer.from(recordSum(bytes, facts))]);
}

/** Fills a template in and puts the letter together. */
export function letterOf(
  locale: CompiledLocale,
  context: RenderContext,
  signing: PreparedSigning | null = null,
  linkTags: string | null = null,
  name = 'en',
): Letter {
  const filled = new LetterTemplate(name, locale).fill(context, signing, linkTags);
  const { subject, preheader, facts, refusedLinks } = filled;
  const links = facts.urls.map((url, index) => ({ index, url }));
  return { subject, preheader, links, refusedLinks, ...openLetter(keptLetter(filled), facts, locale) };
}

/** Compiles and renders; the first line of the text part is what the letter's text became. */
export async function rendered(
  source: string,
  context = aContext(),
  locale = 'en',
  linkTags: string | null = null,
): Promise<Letter & { readonly line: string }> {
  const letter = letterOf(await compiled(source, locale), context, null, linkTags, locale);
  return { ...letter, line: letter.text.split('\n').find((line) => line.trim() !== '') ?? '' };
}

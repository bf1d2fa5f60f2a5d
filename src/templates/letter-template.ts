import type { CompiledLocale } from './compile/compiled-template.js';
import { PAGES } from './fill/marks.js';
import { HTML, PLAIN } from './fill/part-kind.js';
import { preparePart, type PreparedPart } from './fill/prepare-part.js';
import { MAX_OUTPUT_CHARS } from './fill/turns.js';
import { isZone } from './helpers/date.js';
import { withoutControls } from './helpers/printable.js';
import type { PreparedSigning } from './helpers/rendering.js';
import { Rendering, RenderingSlot } from './helpers/rendering.js';
import { TemplateError } from './helpers/template-error.js';
import { valueHelpers } from './helpers/value-helpers.js';
import type { LetterFacts, LetterRecord } from './kept/letter-record.js';
import { letterSource } from './kept/letter-source.js';
import type { RefusedLink, RenderContext } from './render-request.js';

/** A letter that was filled in, with skeletons in place of its parts. */
export interface FilledLetter {
  readonly subject: string;
  readonly preheader: string;
  readonly record: LetterRecord;
  readonly facts: LetterFacts;
  readonly refusedLinks: readonly RefusedLink[];
}

const slot = new RenderingSlot();
const HTML_HELPERS = valueHelpers(slot, HTML.clean);
const PLAIN_HELPERS = valueHelpers(slot, PLAIN.clean);

/** One locale of a template version, made ready once and used for every letter. */
export class LetterTemplate {
  private readonly subject: PreparedPart;
  private readonly preheader: PreparedPart;
  private readonly html: PreparedPart;
  private readonly text: PreparedPart;
  private readonly source: number;

  constructor(
    private readonly locale: string,
    private readonly compiled: Pick<CompiledLocale, 'subject' | 'preheader' | 'html' | 'text' | 'links'>,
  ) {
    this.subject = preparePart(compiled.subject, PLAIN, PLAIN_HELPERS, false);
    this.preheader = preparePart(compiled.preheader, PLAIN, PLAIN_HELPERS, false);
    this.html = preparePart(compiled.html, HTML, HTML_HELPERS, true);
    this.text = preparePart(compiled.text, PLAIN, PLAIN_HELPERS, true);
    this.source = letterSource(compiled).sum;
  }

  /**
   * Fills in one person's data.
   * @param linkTags UTM parameters for the links, joined by `&`
   * @throws TemplateError when a variable is missing or cannot be shown as asked
   */
  fill(context: RenderContext, signing: PreparedSigning | null, linkTags: string | null = null): FilledLetter {
    const { links: pages } = context;
    const links = { template: this.compiled.links, own: Object.values(pages), tags: linkTags };
    const rendering = new Rendering(this.locale, zoneOf(context), currencyOf(context), links, pages, signing);
    slot.set(rendering);
    const subject = oneLine(this.subject(rendering, context).skeleton);
    if (subject === '') throw new TemplateError('the subject is empty');
    const preheader = oneLine(this.preheader(rendering, context).skeleton);
    // The HTML goes first: it makes the click links that the text part repeats.
    const html = this.html(rendering, context);
    const plain = this.text(rendering, context);
    const text = tidy(plain.skeleton);
    const chars: [number, number] = [html.skeleton.length + html.hidden, text.length + plain.hidden];
    if (Math.max(...chars) > MAX_OUTPUT_CHARS) throw new TemplateError('the letter is too large');
    const { urls, macs, openingMac: opening, refusedLinks } = rendering;
    const signed = signing && { keyId: signing.keyId, baseUrl: signing.baseUrl, opening, links: macs };
    return {
      subject,
      preheader,
      record: { html: html.skeleton, text, chars, source: this.source, pages: keptPages(pages), signed },
      facts: { environmentId: signing?.environmentId ?? '', messageId: signing?.messageId ?? '', urls },
      refusedLinks,
    };
  }
}

/**
 * What was filled in with nothing leaves no spaces at the ends of lines, no gaps and no empty line before the first. Only here
 * is it known whether a line begins behind `{{/if}} `, or goes on with what data left out. Spaces are looked through from their first
 * one only: data may bring thousands of them in the middle of a line.
 */
function tidy(text: string): string {
  return text
    .replace(/^[^\S\n]+|(?<![ \t])[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+(?!$)/, '');
}

function keptPages(pages: RenderContext['links']): (string | null)[] {
  return PAGES.map((name) => pages[name] ?? null);
}

function oneLine(text: string): string {
  return withoutControls(text).replace(/\s+/g, ' ').trim();
}

function zoneOf({ contact, store }: RenderContext): string {
  return [contact['timezone'], store['timezone']].find(isZone) ?? 'UTC';
}

function currencyOf({ event, store }: RenderContext): string | null {
  const currency = [event['currency'], store['currency']].find((value) => typeof value === 'string');
  return currency ?? null;
}

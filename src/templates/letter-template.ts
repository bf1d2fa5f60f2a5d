import type { CompiledLocale } from './compile/compiled-template.js';
import { createHandlebars, MAX_OUTPUT_CHARS } from './helpers/create-handlebars.js';
import { isZone } from './helpers/date.js';
import { preparePart } from './helpers/prepare-part.js';
import { withoutControls } from './helpers/printable.js';
import type { PreparedSigning } from './helpers/rendering.js';
import { Rendering, RenderingSlot } from './helpers/rendering.js';
import { TemplateError } from './helpers/template-error.js';
import type { RenderContext, RenderedMail } from './render-request.js';

/** A letter before it is sent over: the same fields as a rendered mail. */
export type Letter = Omit<RenderedMail, 'ok'>;

const slot = new RenderingSlot();
const html = createHandlebars(slot, 'html');
const plain = createHandlebars(slot, 'plain');

/** One locale of a template version, compiled to functions; made once and used for every letter. */
export class LetterTemplate {
  private readonly subject: HandlebarsTemplateDelegate;
  private readonly preheader: HandlebarsTemplateDelegate;
  private readonly html: HandlebarsTemplateDelegate;
  private readonly text: HandlebarsTemplateDelegate;

  constructor(
    private readonly locale: string,
    private readonly compiled: Pick<CompiledLocale, 'subject' | 'preheader' | 'html' | 'text' | 'links'>,
  ) {
    this.subject = preparePart(plain, compiled.subject, 'plain');
    this.preheader = preparePart(plain, compiled.preheader, 'plain');
    this.html = preparePart(html, compiled.html, 'html');
    this.text = preparePart(plain, compiled.text, 'plain');
  }

  /**
   * Fills in one person's data.
   * @param linkTags UTM parameters for the links, joined by `&`
   * @throws TemplateError when a variable is missing or cannot be shown as asked
   */
  render(context: RenderContext, signing: PreparedSigning | null, linkTags: string | null = null): Letter {
    const links = { template: this.compiled.links, own: Object.values(context.links), tags: linkTags };
    const rendering = new Rendering(this.locale, zoneOf(context), currencyOf(context), links, signing);
    slot.set(rendering);
    const subject = oneLine(this.subject(context));
    if (subject === '') throw new TemplateError('the subject is empty');
    const preheader = oneLine(this.preheader(context));
    // The HTML goes first: it makes the click links that the text part repeats.
    const htmlPart = this.html(context);
    const text = this.text(context).replace(/\n{3,}/g, '\n\n');
    if (Math.max(htmlPart.length, text.length) > MAX_OUTPUT_CHARS) throw new TemplateError('the letter is too large');
    return { subject, preheader, html: htmlPart, text, links: rendering.links, refusedLinks: rendering.refusedLinks };
  }
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

import { QuoteType, Tokenizer } from 'htmlparser2';

export interface HtmlAttribute {
  /** Lower case. */
  readonly name: string;
  /** Entities decoded. */
  readonly value: string;
  /** Range of the value in the document, without its quotes. */
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

export interface HtmlTag {
  /** Lower case. */
  readonly name: string;
  readonly attributes: readonly HtmlAttribute[];
  /** Index of the tag's `<`. */
  readonly start: number;
}

/** A range of text inside `<style>`. */
export interface StyleText {
  readonly start: number;
  readonly end: number;
}

/**
 * Opening tags and style sheets of a document with their positions. What stands in comments, Outlook's conditional ones
 * too, is no tag.
 */
export function scanHtml(html: string): { readonly tags: readonly HtmlTag[]; readonly styles: readonly StyleText[] } {
  const tags: HtmlTag[] = [];
  const styles: StyleText[] = [];
  let open: { name: string; attributes: HtmlAttribute[]; start: number } | null = null;
  let name = '';
  let value = '';
  let valueStart = -1;
  let inStyle = false;
  const closeTag = (): void => {
    if (open) tags.push(open);
    inStyle = open?.name === 'style';
    open = null;
  };
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname: (start, end) =>
        void (open = { name: html.slice(start, end).toLowerCase(), attributes: [], start: start - 1 }),
      onattribname: (start, end) => {
        name = html.slice(start, end).toLowerCase();
        value = '';
        valueStart = -1;
      },
      onattribdata: (start, end) => {
        if (valueStart < 0) valueStart = start;
        value += html.slice(start, end);
      },
      onattribentity: (codepoint) => void (value += String.fromCodePoint(codepoint)),
      onattribend: (quote, behind) => {
        const quoted = quote === QuoteType.Single || quote === QuoteType.Double;
        // `behind` is behind the closing quote; the start is looked up, because a value may begin with an entity.
        const end = quoted ? behind - 1 : behind;
        const start = quoted ? html.lastIndexOf(html[end]!, end - 1) + 1 : valueStart < 0 ? end : valueStart;
        open?.attributes.push({ name, value, start, end, quoted });
      },
      onopentagend: closeTag,
      onselfclosingtag: closeTag,
      onclosetag: () => void (inStyle = false),
      ontext: (start, end) => {
        if (inStyle) styles.push({ start, end });
      },
      ontextentity: () => undefined,
      oncomment: () => undefined,
      oncdata: () => undefined,
      ondeclaration: () => undefined,
      onprocessinginstruction: () => undefined,
      onend: () => undefined,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return { tags, styles };
}

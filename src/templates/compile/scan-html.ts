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

/** The parts of a document that matter to a letter, in their order. */
interface Scanned {
  readonly tags: readonly HtmlTag[];
  readonly styles: readonly StyleText[];
}

/** What Outlook alone reads: `[if mso]>`, its markup, `<![endif]`. */
const CONDITIONAL = /^(\s*\[if\b[^\]]*\]>)([^]*)$/i;

/**
 * Opening tags and style sheets of a document with their positions. What stands in comments is no tag, but what stands in
 * Outlook's conditional ones is: somebody sees it, and clicks on it.
 */
export function scanHtml(html: string): Scanned {
  return scan(html, true);
}

/** A comment ends where the first one inside it would, so that what stands in one has none of its own. */
function scan(html: string, readsComments: boolean): Scanned {
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
      oncomment: (start, end) => {
        const [, condition, markup] = (readsComments && CONDITIONAL.exec(html.slice(start, end))) || [];
        if (markup === undefined) return;
        const inside = moved(scan(markup, false), start + condition!.length);
        tags.push(...inside.tags);
        styles.push(...inside.styles);
      },
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

/** The same parts where they stand in the document around them. */
function moved({ tags, styles }: Scanned, by: number): Scanned {
  const range = <T extends StyleText>(part: T): T => ({ ...part, start: part.start + by, end: part.end + by });
  return {
    tags: tags.map(({ name, attributes, start }) => ({ name, attributes: attributes.map(range), start: start + by })),
    styles: styles.map(range),
  };
}

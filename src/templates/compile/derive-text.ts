import type { DomNode, FormatCallback, HtmlToTextOptions } from 'html-to-text';
import { compile } from 'html-to-text';
import type { Draft } from './draft.js';
import { isBlockTag, marksIn, type MaskedSource, replaceMarks, unmask } from './mask-mustaches.js';

/**
 * The text part, made once from the HTML: marks survive as words, and a link is `words: address`. What is hidden (the
 * preheader) and pictures do not appear, nor links around a picture only. Where a link shows either a picture or words, as
 * data has it, the picture's description stands for it: an address alone would say nothing.
 */
export function deriveText(draft: Draft): Draft {
  const { masked } = draft;
  const calls: string[] = [];
  const text = textMaker(
    masked,
    calls,
  )(withBlocksOfComments(draft.html, masked))
    .replace(GLUED_LINK_END, (_, at: number, whole: string) => (isSpaced(whole, at + 1, masked) ? '' : ' '))
    .replaceAll(LINK_END, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/ +: (?=\u2062?tmq|https?:)/g, ': ')
    .replace(/: \u2062|\u2064 ?/g, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return { ...draft, text: `${text}\n`, masked: { ...masked, mustaches: [...masked.mustaches, ...calls] } };
}

/** A comment is no text, but a block that begins or ends in it holds the words around it as in the HTML. */
function withBlocksOfComments(html: string, masked: MaskedSource): string {
  return html.replace(/<!--[^]*?-->/g, (comment) => {
    if (/^<!--\s*(?:\[|<!)/.test(comment)) return comment; // Outlook's, and never a half of a block
    const blocks = marksIn(comment, masked).filter((index) => isBlockTag(masked.mustaches[index] ?? ''));
    return blocks.map(masked.markOf).join('');
  });
}

/** Stands behind an address, so that a word that follows without a space does not become part of it. */
const LINK_END = '\u2063';
const GLUED_LINK_END = /\u2063(?=[\p{L}\p{N}])/gu;
/** Whether a space or the end of the line follows, behind ends of blocks; behind that of a loop its next turn may. */
function isSpaced(text: string, from: number, masked: MaskedSource): boolean {
  const printed = replaceMarks(text.slice(from, from + 200), masked, (index) =>
    /^\{\{~?\s*\/\s*(?!each)/.test(masked.mustaches[index] ?? '') ? '' : 'x',
  );
  return /^\s/.test(printed);
}

/** Stand before and behind a call that prints what is between an address and its words, if it prints the address. */
const CALL_START = '\u2062';
const CALL_END = '\u2064';

function textMaker(masked: MaskedSource, calls: string[]): (html: string) => string {
  /** The call that fills an address in; with its space or colon, for an address that is refused leaves neither. */
  const called = (address: string, edge: string): string | null => {
    const [index, ...others] = marksIn(address, masked);
    const call = index === undefined || others.length > 0 ? '' : masked.mustaches[index]!;
    if (!call.startsWith('{{#tmLink ')) return null;
    return masked.markOf(masked.mustaches.length + calls.push(call.replace('}}', ` ${edge}}}`)) - 1);
  };
  const formatLink: FormatCallback = (element, walk, builder) => {
    const address = hasWords(element, masked) ? addressOf(element, masked) : '';
    const comesFirst = address !== '' && endsElsewhere(element, masked);
    const call = address === '' ? null : called(address, comesFirst ? 'behind=" "' : 'before=": "');
    if (comesFirst) builder.addInline(`${call === null ? address : call + CALL_END} `, { noWordTransform: true });
    // Its blocks' tags may be all that is in it, and may have their other half elsewhere.
    walk(element.children, builder);
    if (address !== '' && !comesFirst)
      builder.addInline(`: ${call === null ? address : CALL_START + call}${LINK_END}`, { noWordTransform: true });
  };
  const formatCell: FormatCallback = (element, walk, builder) => {
    walk(element.children, builder);
    // A cell with a picture only would indent the next one.
    if (hasWords(element, masked)) builder.addInline(' ');
  };
  const formatPicture: FormatCallback = (element, _walk, builder) => {
    const link = linkAround(element);
    if (link && hasWords(link, masked) && isAllOfItsBranch(element, masked))
      builder.addInline(attributesOf(element)['alt'] ?? '', { noWordTransform: true });
  };
  const formatters = { tmLink: formatLink, tmCell: formatCell, tmPicture: formatPicture };
  return compile({ ...OPTIONS, formatters });
}

const block = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const paragraph = { leadingLineBreaks: 2, trailingLineBreaks: 2 };
const OPTIONS: HtmlToTextOptions = {
  wordwrap: false,
  baseElements: { selectors: ['body'] },
  limits: { maxInputLength: 1 << 24 },
  selectors: [
    { selector: 'a', format: 'tmLink' },
    { selector: 'img', format: 'tmPicture' },
    { selector: '[style*="display:none"]', format: 'skip' },
    { selector: '[style*="display: none"]', format: 'skip' },
    { selector: 'tr', format: 'block', options: block },
    { selector: 'td', format: 'tmCell' },
    { selector: 'th', format: 'tmCell' },
    { selector: 'table', format: 'block', options: block },
    { selector: 'div', format: 'block', options: paragraph },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
      selector,
      format: 'heading',
      options: { ...paragraph, uppercase: false },
    })),
    { selector: 'hr', format: 'lineBreak' },
  ],
};

function attributesOf(element: DomNode): Readonly<Record<string, string>> {
  return (element.attribs ?? {}) as Readonly<Record<string, string>>;
}

/** What a reader can use of where a link leads; nothing of a place in the letter itself, and of what the words say already. */
function addressOf(link: DomNode, masked: MaskedSource): string {
  const href = attributesOf(link)['href'] ?? '';
  if (href.startsWith('#')) return '';
  const words = unmask(rawText(link), masked).trim();
  const called = /^(?:tel|sms):/i.test(href);
  if (called) return digitsOf(unmask(href, masked)) === digitsOf(words) ? '' : href;
  const address = href.replace(/^mailto:/i, '');
  if (address === href) return href;
  const shown = withoutQuery(address, masked);
  return unmask(shown, masked) === words ? '' : shown;
}

/** The subject line that a mail program would fill in is no part of an address. A block in it may have begun before. */
function withoutQuery(address: string, masked: MaskedSource): string {
  const at = address.indexOf('?');
  return at < 0 || withTags(address.slice(at), masked).includes(BLOCK_TAG) ? address : address.slice(0, at);
}

/** With the names of what is filled in: two variables are not the same number. */
function digitsOf(number: string): string {
  return number.replace(/^(?:tel|sms):/i, '').replace(/[\s()–-]/g, '');
}

/**
 * Whether a link ends in another branch of a block than the one it begins in: what stands at its end would be printed without it. So
 * may one that holds or follows another that is not closed.
 */
function endsElsewhere(link: DomNode, masked: MaskedSource): boolean {
  if (linkAround(link) !== null || holdsLink(link)) return true;
  let depth = 0;
  let turned = false;
  for (const index of marksIn(rawText(link), masked)) {
    const mustache = masked.mustaches[index] ?? '';
    if (!isBlockTag(mustache)) continue;
    if (/^\{\{~?\s*(?:#|\^\s*[^\s~}])/.test(mustache)) depth += 1;
    else if (/^\{\{~?\s*\//.test(mustache)) depth -= 1;
    else if (depth === 0) turned = true;
  }
  return depth < 0 || (depth === 0 && turned);
}

function holdsLink(node: DomNode): boolean {
  return (node.children ?? []).some((child) => child.name === 'a' || holdsLink(child));
}

function hasWords(node: DomNode, masked: MaskedSource): boolean {
  return textOf(node, masked).replaceAll(BLOCK_TAG, '').trim() !== '';
}

function linkAround({ parent }: DomNode): DomNode | null {
  if (!parent) return null;
  return parent.name === 'a' ? parent : linkAround(parent);
}

/** Whether the picture stands between tags of a block with no words beside it. */
function isAllOfItsBranch(picture: DomNode, masked: MaskedSource): boolean {
  const neighbours = picture.parent?.children ?? [];
  const place = neighbours.indexOf(picture);
  const text = (nodes: readonly DomNode[]): readonly string[] =>
    nodes
      .map((node) => textOf(node, masked))
      .join('')
      .split(BLOCK_TAG);
  const before = text(neighbours.slice(0, place));
  const behind = text(neighbours.slice(place + 1));
  return before.length + behind.length > 2 && before.at(-1)!.trim() === '' && behind[0]!.trim() === '';
}

/** What stands where a block opens, turns or closes: nothing of it is printed. */
const BLOCK_TAG = '\0';

function textOf(node: DomNode, masked: MaskedSource): string {
  return withTags(rawText(node), masked);
}

function rawText(node: DomNode): string {
  return node.type === 'text' ? (node.data ?? '') : (node.children ?? []).map(rawText).join('');
}

function withTags(text: string, masked: MaskedSource): string {
  return replaceMarks(text, masked, (index) => (isBlockTag(masked.mustaches[index] ?? '') ? BLOCK_TAG : 'x'));
}

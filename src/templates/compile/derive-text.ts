import type { DomNode, FormatCallback } from 'html-to-text';
import { compile } from 'html-to-text';
import type { Draft } from './draft.js';

/**
 * The text part, made once from the HTML: marks survive as words, and a link is `words: address`. What is hidden (the
 * preheader) and pictures do not appear, nor links around a picture only.
 */
export function deriveText(draft: Draft): Draft {
  return {
    ...draft,
    text:
      toText(draft.html)
        .replace(GLUED_LINK_END, ' ')
        .replaceAll(LINK_END, '')
        .replace(/[ \t]+$/gm, '')
        .replace(/ +: (?=tmq|https?:)/g, ': ')
        .replace(/\n{3,}/g, '\n\n')
        .trim() + '\n',
  };
}

/** Stands behind an address, so that a word that follows without a space does not become part of it. */
const LINK_END = '\u2063';
const GLUED_LINK_END = /\u2063(?=[\p{L}\p{N}])/gu;

const formatLink: FormatCallback = (element, walk, builder) => {
  if (!hasText(element)) return;
  walk(element.children, builder);
  const { href } = (element.attribs ?? {}) as Readonly<Record<string, string>>;
  if (href && !href.startsWith('#'))
    builder.addInline(`: ${href.replace(/^mailto:/, '')}${LINK_END}`, { noWordTransform: true });
};

const formatCell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  // A cell with a picture only would indent the next one.
  if (hasText(element)) builder.addInline(' ');
};

const block = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const paragraph = { leadingLineBreaks: 2, trailingLineBreaks: 2 };
const toText = compile({
  wordwrap: false,
  baseElements: { selectors: ['body'] },
  formatters: { tmLink: formatLink, tmCell: formatCell },
  limits: { maxInputLength: 1 << 24 },
  selectors: [
    { selector: 'a', format: 'tmLink' },
    { selector: 'img', format: 'skip' },
    { selector: '[style*="display:none"]', format: 'skip' },
    { selector: 'tr', format: 'block', options: block },
    { selector: 'td', format: 'tmCell' },
    { selector: 'table', format: 'block', options: block },
    { selector: 'div', format: 'block', options: paragraph },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
      selector,
      format: 'heading',
      options: { ...paragraph, uppercase: false },
    })),
    { selector: 'hr', format: 'skip' },
  ],
});

function hasText(node: DomNode): boolean {
  return node.type === 'text' ? (node.data ?? '').trim() !== '' : (node.children ?? []).some(hasText);
}

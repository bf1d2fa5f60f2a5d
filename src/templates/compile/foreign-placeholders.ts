import type { Draft } from './draft.js';

/** What other senders of mail fill in, and nobody does here: `*|FNAME|*`, `{name}`, `{% if … %}`, `%FIRSTNAME%`, `[[name]]`. */
const FOREIGN = [
  /\*\|[^|\n]{1,60}\|\*/g,
  /\{%[^\n]{1,100}?%\}/g,
  /(?<!\{)\$?\{(?!\{) ?[A-Za-z_]\w*(?:\.\w+)* ?\}(?!\})/g,
  /%{1,2}[A-Z][A-Z_]{2,40}%{1,2}/g,
  /\[\[[^[\]\n]{1,60}\]\]/g,
];
const TAG = /<\/?[a-z][^<>]*>/gi;

/** Advice on what people would read as it stands: placeholders of other programs, and markup in a subject. */
export function readAsItStands({ subject, preheader, text }: Draft): readonly { code: string; detail: string }[] {
  const all = [subject, preheader, text].join('\n');
  return [
    ...found(FOREIGN, all).map((what) => ({
      code: 'foreign_placeholder',
      detail: `"${what}" is sent as it stands: what is filled in is written {{contact.firstName}}`,
    })),
    ...found([TAG], subject).map((what) => ({
      code: 'markup_in_subject',
      detail: `"${what}" is sent as it stands: a subject is plain text`,
    })),
  ];
}

function found(patterns: readonly RegExp[], text: string): readonly string[] {
  return [...new Set(patterns.flatMap((pattern) => text.match(pattern) ?? []))];
}

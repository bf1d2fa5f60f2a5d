import type { Draft } from './draft.js';
import { refuse } from './draft.js';
import type { MaskedSource } from './mask-mustaches.js';
import { marksIn, unmask } from './mask-mustaches.js';
import type { HtmlTag } from './scan-html.js';
import { scanHtml } from './scan-html.js';

const FORBIDDEN_TAGS = new Set(['script', 'iframe', 'object', 'embed', 'base', 'form', 'applet', 'frame', 'frameset']);
/** Styles are not escaped the way text is, so only the store's own brand may stand in them. */
const BRAND = /^\{\{~?\s*(?:@root\.|(?:\.\.\/)+)?store\.brand\.[\w.]+\s*~?\}\}$/;

/** Refuses markup that no mail client runs or that lets data leave its place: scripts, unquoted attributes, styles. */
export function checkMarkup(draft: Draft): Draft {
  const { tags, styles } = scanHtml(draft.html);
  const refusals = [
    ...tags.flatMap((tag) => tagProblems(tag, draft.masked)),
    ...styles.flatMap(({ start, end }) => styleProblems(draft.html.slice(start, end), draft.masked)),
  ];
  return refuse(draft, ...unique(refusals));
}

interface Refusal {
  readonly code: string;
  readonly detail: string;
}

function tagProblems(tag: HtmlTag, masked: MaskedSource): readonly Refusal[] {
  if (FORBIDDEN_TAGS.has(tag.name))
    return [{ code: 'forbidden_tag', detail: `<${tag.name}> is not allowed in a letter` }];
  if (marksIn(tag.name, masked).length > 0)
    return [{ code: 'mustache_in_tag', detail: 'a mustache cannot name a tag' }];
  return tag.attributes.flatMap(({ name, value, quoted }) => {
    if (name.startsWith('on')) return [{ code: 'forbidden_attribute', detail: `${name} is not allowed in a letter` }];
    if (marksIn(name, masked).length > 0)
      return [
        {
          code: 'mustache_in_tag',
          detail: `${unmask(name, masked)} stands inside <${tag.name}>: only attribute values can be filled in`,
        },
      ];
    if (marksIn(value, masked).length === 0) return [];
    if (!quoted)
      return [{ code: 'unquoted_attribute', detail: `the value of ${name} holds a mustache and needs quotes` }];
    return name === 'style' ? styleProblems(value, masked) : [];
  });
}

function styleProblems(css: string, masked: MaskedSource): readonly Refusal[] {
  return marksIn(css, masked)
    .map((index) => masked.mustaches[index]!)
    .filter((mustache) => !BRAND.test(mustache))
    .map((mustache) => ({ code: 'mustache_in_style', detail: `${mustache} stands in a style: only store.brand may` }));
}

function unique(refusals: readonly Refusal[]): readonly Refusal[] {
  return [...new Map(refusals.map((refusal) => [refusal.code + refusal.detail, refusal])).values()];
}

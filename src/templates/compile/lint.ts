import type { Draft } from './draft.js';
import { advise } from './draft.js';
import { readAsItStands } from './foreign-placeholders.js';
import { GMAIL_CLIP_BYTES } from './limits.js';
import { scanHtml } from './scan-html.js';

/** Advice on what mail clients make of the letter. */
export function lint(draft: Draft): Draft {
  const pictures = scanHtml(draft.html).tags.filter(({ name }) => name === 'img');
  const silent = pictures.filter(
    ({ attributes }) => !attributes.some(({ name, value }) => name === 'alt' && value.trim() !== ''),
  );
  const named = silent.map(({ attributes }) => attributes.find(({ name }) => name === 'src')?.value ?? 'a picture');
  const described = advise(
    draft,
    'warning',
    ...named.map((src) => ({
      code: 'missing_alt',
      detail: `${asWritten(src).slice(0, 100)} has no alt text: with pictures off nothing shows`,
    })),
  );
  const sources = pictures.flatMap(
    ({ attributes }) => attributes.find(({ name }) => name === 'src')?.value.trim() ?? [],
  );
  const homeless = [...new Set(sources)].filter((src) => !src.includes('{{') && !WHOLE_ADDRESS.test(src));
  const located = advise(
    described,
    'warning',
    ...homeless.map((src) => ({
      code: 'bad_picture',
      detail: `"${src.slice(0, 100)}" is no whole http or https address: no mail program can show this picture`,
    })),
  );
  return advise(located, 'warning', ...readAsItStands(draft), ...sizeWarning(Buffer.byteLength(draft.html)));
}

/** The picture's address without what the compiler has put around the author's mustaches. */
function asWritten(src: string): string {
  return src.replace(/\{\{[#/]tmUrl\}\}/g, '').replace(/\{\{(~?)&/g, '{{$1');
}

/** A letter has no page that an address could be relative to. What is inside the letter (`data:`, `cid:`) some programs show. */
const WHOLE_ADDRESS = /^(?:https?:\/\/|data:|cid:)/i;

/** The warning for a letter of this many bytes, if it earns one. */
export function sizeWarning(bytes: number): readonly { code: string; detail: string }[] {
  if (bytes < GMAIL_CLIP_BYTES) return [];
  return [{ code: 'gmail_clip', detail: `${bytes} bytes of HTML: Gmail hides what follows after ${GMAIL_CLIP_BYTES}` }];
}

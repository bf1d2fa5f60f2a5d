import { DomUtils, parseDocument } from 'htmlparser2';
import type { Draft } from './draft.js';
import { advise, refuse } from './draft.js';
import { MAX_SUBJECT_CHARS } from './limits.js';
import { unmask } from './mask-mustaches.js';

/**
 * Takes the subject from `<mj-title>` and the preheader from `<mj-preview>`. In the document the title stays a mark of its
 * own: MJML also writes it into an attribute, unescaped.
 */
export function takeSubject(draft: Draft): Draft {
  const { masked } = draft;
  const title = /<mj-title\s*>([^]*?)<\/mj-title\s*>/i.exec(masked.source);
  const preheader = textOf(/<mj-preview\s*>([^]*?)<\/mj-preview\s*>/i.exec(masked.source)?.[1] ?? '');
  const subject = textOf(title?.[1] ?? '');
  if (!title || !subject)
    return refuse(draft, {
      code: 'subject_missing',
      detail: 'the subject is missing: write it into <mj-title> inside <mj-head>',
    });
  if (Math.max(subject.length, preheader.length) > MAX_SUBJECT_CHARS)
    return refuse(draft, {
      code: 'too_large',
      detail: `subject and preheader have at most ${MAX_SUBJECT_CHARS} characters`,
    });
  const index = masked.mustaches.length;
  const at = title.index + title[0].indexOf('>') + 1;
  // Its line ends stay, so that problems further down name the author's lines.
  const mark = masked.markOf(index) + title[1]!.replace(/[^\n]/g, '');
  const source = masked.source.slice(0, at) + mark + masked.source.slice(at + title[1]!.length);
  const taken = {
    ...draft,
    subject,
    preheader,
    masked: { ...masked, source, mustaches: [...masked.mustaches, inHtml(subject, masked)] },
  };
  return preheader
    ? taken
    : advise(taken, 'info', {
        code: 'preheader_missing',
        detail: 'no <mj-preview>: inboxes will show the first words instead',
      });
}

/** As a browser reads a page's title: every entity is the character that it names, and a tag is no tag. */
function textOf(markup: string): string {
  const title = parseDocument(`<title>${markup}</title>`);
  return DomUtils.textContent(title).replace(/\s+/g, ' ').trim();
}

function inHtml(subject: string, masked: Draft['masked']): string {
  return unmask(
    subject.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`),
    masked,
  );
}

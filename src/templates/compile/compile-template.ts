import { addFooter } from './add-footer.js';
import { checkBalance } from './check-balance.js';
import { checkMarkup } from './check-markup.js';
import { checkSource } from './check-source.js';
import { checkSyntax, restoreMustaches } from './check-syntax.js';
import { collapseWhitespace } from './collapse-whitespace.js';
import { compileMjml } from './compile-mjml.js';
import type { CompileOutcome } from './compiled-template.js';
import { deriveText } from './derive-text.js';
import type { Draft } from './draft.js';
import { dropComments } from './drop-comments.js';
import { lint } from './lint.js';
import { maskMustaches, NOTHING_MASKED } from './mask-mustaches.js';
import { rewriteLinks } from './rewrite-links.js';
import { takeSubject } from './take-subject.js';

type Step = (draft: Draft) => Draft | Promise<Draft>;

/** From MJML to something that only needs data. Read aloud, this is what publishing does to a template. */
const STEPS: readonly Step[] = [
  checkSource,
  dropComments,
  addFooter,
  maskMustaches,
  checkSyntax,
  takeSubject,
  checkBalance,
  compileMjml,
  checkMarkup,
  rewriteLinks,
  deriveText,
  collapseWhitespace,
  restoreMustaches,
  lint,
];

/** Compiles the MJML source of one locale; the first step that finds an error is the last one. */
export async function compileTemplate(source: string, locale: string): Promise<CompileOutcome> {
  let draft: Draft = { ...EMPTY, source, locale };
  for (const step of STEPS) {
    draft = await step(draft);
    if (draft.problems.some(({ severity }) => severity === 'error')) return { ok: false, problems: draft.problems };
  }
  const { subject, preheader, html, text, links, variables, problems } = draft;
  const sizeBytes = Buffer.byteLength(html);
  return { ok: true, compiled: { subject, preheader, html, text, links, variables, sizeBytes, problems } };
}

/** The limits of a source alone, for saving a draft that may still be half done. */
export function checkLimits(source: string, locale: string): Draft['problems'] {
  return checkSource({ ...EMPTY, source, locale }).problems;
}

const EMPTY: Draft = {
  locale: '',
  source: '',
  masked: NOTHING_MASKED,
  subject: '',
  preheader: '',
  html: '',
  text: '',
  links: [],
  variables: [],
  problems: [],
};

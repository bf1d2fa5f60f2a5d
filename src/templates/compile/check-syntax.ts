import Handlebars from 'handlebars';
import type { Draft } from './draft.js';
import { advise, refuse } from './draft.js';
import { explainSyntax } from './explain-syntax.js';
import { inspectSyntax } from './inspect-syntax.js';
import { MAX_COMPILED_MUSTACHES } from './limits.js';
import { unmask } from './mask-mustaches.js';
import { missingForms } from './missing-forms.js';

/** Checks the author's own mustaches, in the MJML source, so that problems name its lines. */
export function checkSyntax(draft: Draft): Draft {
  // MJML reads entities in attributes and so does the rest of the compiler; `&quot;` inside a mustache is a quote.
  const source = unmask(draft.masked.source, draft.masked);
  const parsed = parse(source);
  if (!parsed.ok) return refuse(draft, { code: 'handlebars', ...(explainSyntax(source) ?? { detail: parsed.detail }) });
  const { findings, variables } = inspectSyntax(parsed.program);
  const checked = refuse({ ...draft, variables }, ...findings);
  return advise(checked, 'warning', ...unasked(source), ...missingForms(parsed.program, draft.locale));
}

/** The last step: the author's mustaches come back into the compiled parts, and each must parse on its own. */
export function restoreMustaches(draft: Draft): Draft {
  const restore = (text: string): string => unmask(text, draft.masked);
  const restored = {
    ...draft,
    subject: restore(draft.subject),
    preheader: restore(draft.preheader),
    html: restore(draft.html),
    text: restore(draft.text),
  };
  if (restored.html.split('{{').length > MAX_COMPILED_MUSTACHES)
    return refuse(restored, { code: 'too_many_mustaches', detail: 'the compiled letter repeats mustaches too often' });
  const problems = (['subject', 'preheader', 'html', 'text'] as const).flatMap((part) => {
    const parsed = parse(restored[part]);
    if (parsed.ok) return [];
    const { detail } = explainSyntax(restored[part]) ?? parsed;
    return [{ code: 'handlebars', detail: `in the ${part}: ${detail}` }];
  });
  return refuse(restored, ...problems);
}

type Parsed =
  { readonly ok: true; readonly program: hbs.AST.Program } | { readonly ok: false; readonly detail: string };

function parse(source: string): Parsed {
  try {
    return { ok: true, program: Handlebars.parse(source) };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message.slice(0, 500) : 'not a template' };
  }
}

/** Names that a contact may well not have, printed without a default. */
function unasked(source: string): readonly { code: string; detail: string }[] {
  return ['contact.firstName', 'contact.lastName']
    .filter((name) => new RegExp(`\\{\\{~?\\s*${name}\\s*~?\\}\\}`).test(source))
    .filter((name) => !new RegExp(`\\{\\{~?#(?:if|with)\\s+${name}`).test(source))
    .map((name) => ({
      code: 'may_be_empty',
      detail: `${name} is unknown for some people: write {{default ${name} "…"}}`,
    }));
}

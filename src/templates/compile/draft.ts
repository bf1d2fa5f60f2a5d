import type { TemplateLink, TemplateProblem } from './compiled-template.js';
import type { MaskedSource } from './mask-mustaches.js';

/** What the compiler's steps hand to each other: the source of one locale and what became of it so far. */
export interface Draft {
  readonly locale: string;
  /** MJML as the author wrote it, later with the standard footer. */
  readonly source: string;
  /** The source with a mark in place of every mustache. */
  readonly masked: MaskedSource;
  /** All four still masked until the last step. */
  readonly subject: string;
  readonly preheader: string;
  readonly html: string;
  readonly text: string;
  readonly links: readonly TemplateLink[];
  readonly variables: readonly string[];
  readonly problems: readonly TemplateProblem[];
}

type ProblemAt = Pick<TemplateProblem, 'code' | 'detail'> & { readonly line?: number };

/** The draft with these problems added, of which each refuses the template. */
export function refuse(draft: Draft, ...problems: readonly ProblemAt[]): Draft {
  return withProblems(draft, 'error', problems);
}

/** The draft with advice added. */
export function advise(draft: Draft, severity: 'warning' | 'info', ...problems: readonly ProblemAt[]): Draft {
  return withProblems(draft, severity, problems);
}

function withProblems(draft: Draft, severity: TemplateProblem['severity'], problems: readonly ProblemAt[]): Draft {
  const pointer = `/locales/${draft.locale}`;
  return { ...draft, problems: [...draft.problems, ...problems.map((problem) => ({ severity, pointer, ...problem }))] };
}

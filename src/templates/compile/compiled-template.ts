/** What the compiler has to say about a template: an error refuses publishing, the others are advice. */
export interface TemplateProblem {
  readonly severity: 'error' | 'warning' | 'info';
  /** Stable snake_case word. */
  readonly code: string;
  readonly detail: string;
  /** JSON pointer into the template's document, `/locales/ru`. */
  readonly pointer: string;
  /** Line of the MJML source, from 1, where it is known. */
  readonly line?: number;
}

/** A link of the template that is wrapped for click tracking. */
export interface TemplateLink {
  /** Number inside the template, in document order, from 0; a link inside a loop has one number. */
  readonly number: number;
  /** The address when it is the same in every letter, else null. */
  readonly url: string | null;
}

/** One locale, ready to render: Handlebars sources in which links and the pixel are calls of internal helpers. */
export interface CompiledLocale {
  readonly subject: string;
  readonly preheader: string;
  readonly html: string;
  readonly text: string;
  readonly links: readonly TemplateLink[];
  /** Everything that the letter names, `event.items[].title`. */
  readonly variables: readonly string[];
  /** UTF-8 bytes of `html`, before data is filled in. */
  readonly sizeBytes: number;
  readonly problems: readonly TemplateProblem[];
}

/** What `template_versions.compiled` holds. */
export interface CompiledTemplate {
  readonly locales: Readonly<Record<string, CompiledLocale>>;
}

/** The outcome of compiling one locale; `problems` may hold warnings beside a result. */
export type CompileOutcome =
  | { readonly ok: true; readonly compiled: CompiledLocale }
  | { readonly ok: false; readonly problems: readonly TemplateProblem[] };

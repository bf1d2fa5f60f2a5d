import type { Draft } from './draft.js';
import { refuse } from './draft.js';
import { MAX_HTML_BYTES } from './limits.js';
import { lostWords } from './lost-words.js';
import { lineOf, linesOfMarks, marksIn, type MaskedSource, unmask } from './mask-mustaches.js';

/** MJML to HTML, strictly: what MJML does not know is a problem and not guessed at. No file is read. */
export async function compileMjml(draft: Draft): Promise<Draft> {
  // The import takes 0.6 s, so only the process that compiles pays for it.
  const { default: mjmlToHtml } = await import('mjml');
  const { masked } = draft;
  try {
    const { html } = await mjmlToHtml(masked.source, {
      validationLevel: 'strict',
      ignoreIncludes: true,
      useMjmlConfigOptions: false,
      keepComments: false,
      // No letter may fetch a font from a third party.
      fonts: {},
    });
    return checkOutput({ ...draft, html: html.replace(/ lang="und"/g, ` lang="${draft.locale}"`) });
  } catch (error) {
    return refuse(
      draft,
      ...mjmlProblems(error, masked).map((problem) => ({ ...problem, detail: unmask(problem.detail, masked) })),
    );
  }
}

function checkOutput(draft: Draft): Draft {
  const bytes = Buffer.byteLength(draft.html);
  if (bytes > MAX_HTML_BYTES)
    return refuse(draft, {
      code: 'too_large',
      detail: `the HTML has ${bytes} bytes, at most ${MAX_HTML_BYTES} are allowed`,
    });
  const kept = new Set([
    ...marksIn(draft.html, draft.masked),
    ...marksIn(draft.subject + draft.preheader, draft.masked),
  ]);
  const lost = draft.masked.mustaches
    .map((mustache, index) => ({ mustache, index }))
    .filter(({ index }) => !kept.has(index));
  const words = refuse(draft, ...lostWords(draft.masked));
  if (lost.length === 0) return words;
  const lines = linesOfMarks(draft.masked);
  // Between MJML elements text is dropped without a word, and with it the loop around a product.
  return refuse(
    words,
    ...lost.map(({ mustache, index }) => ({
      code: 'mustache_lost',
      detail: `${mustache} stands between MJML elements: wrap it in <mj-raw>`,
      ...(lines.has(index) ? { line: lines.get(index)! } : {}),
    })),
  );
}

interface MjmlError {
  readonly line?: number;
  readonly message?: string;
  readonly tagName?: string;
}

function mjmlProblems(error: unknown, masked: MaskedSource): { code: string; detail: string; line?: number }[] {
  const errors = (error as { errors?: readonly MjmlError[] }).errors ?? [];
  if (errors.length === 0)
    return [{ code: 'mjml', detail: error instanceof Error ? firstLine(error.message) : 'not MJML' }];
  return errors.map(({ line, message, tagName }) => ({
    code: 'mjml',
    detail: `${tagName ?? 'mjml'}: ${firstLine(message ?? 'invalid')}`,
    ...(line === undefined ? {} : { line: lineOf(masked, startOf(masked.source, line)) }),
  }));
}

/** Where a line of the text begins. */
function startOf(text: string, line: number): number {
  let at = 0;
  for (let left = line - 1; left > 0; left--) at = text.indexOf('\n', at) + 1;
  return at;
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.slice(0, 300).trim();
}

import Handlebars from 'handlebars';
import type { SyntaxFinding } from './inspect-syntax.js';

/** Counts of a letter: behind 200 the rules of all languages repeat themselves, but for millions, which no cart holds. */
const COUNTS = Array.from({ length: 200 }, (_, index) => index + 1);

/** Calls of `plural` that print some counts of the locale with a form that was meant for others. */
export function missingForms(program: hbs.AST.Program, locale: string): readonly SyntaxFinding[] {
  const calls = new PluralCalls();
  calls.accept(program);
  if (calls.found.length === 0) return [];
  const examples = countsOfForms(locale);
  return calls.found.flatMap((call) => {
    const missing = [...examples.keys()].filter((form) => isMissing(form, call.hash, examples));
    if (missing.length === 0) return [];
    const counts = missing.map((form) => examples.get(form)).join(' and ');
    const forms = missing.map((form) => `${form}=`).join(' and ');
    const detail = `plural has no form of its own for ${counts} in ${locale}: give it ${forms}`;
    return [{ code: 'missing_plural_form', detail, line: call.loc.start.line }];
  });
}

type Call = hbs.AST.MustacheStatement | hbs.AST.SubExpression;

class PluralCalls extends Handlebars.Visitor {
  readonly found: Call[] = [];

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    this.call(node);
    super.MustacheStatement(node);
  }

  override SubExpression(node: hbs.AST.SubExpression): void {
    this.call(node);
    super.SubExpression(node);
  }

  private call(node: Call): void {
    const isPlural = (node.path as hbs.AST.PathExpression).original === 'plural';
    if (isPlural && node.params.length > 0) this.found.push(node);
  }
}

/** The first count of each form that whole numbers take in the locale: fractions may do with another form. */
function countsOfForms(locale: string): ReadonlyMap<string, number> {
  const rules = new Intl.PluralRules(locale);
  const counts = new Map<string, number>();
  for (const count of COUNTS) {
    const form = rules.select(count);
    if (!counts.has(form)) counts.set(form, count);
  }
  return counts;
}

function isMissing(form: string, hash: hbs.AST.Hash | undefined, needed: ReadonlyMap<string, number>): boolean {
  const pairs = hash?.pairs ?? [];
  const isGiven = (name: string): boolean => pairs.some(({ key }) => key === name);
  if (isGiven(form) || isInvariable(pairs)) return false;
  if (!isGiven('other')) return true;
  // In Hebrew the dual is rare: two take the form of many.
  if (form === 'two') return false;
  // Where no whole number is `other`, as in Russian, many authors write one of the two forms as `other`.
  const stoodFor = form === 'few' ? 'many' : form === 'many' ? 'few' : null;
  return needed.has('other') || stoodFor === null || !isGiven(stoodFor);
}

/** `other` alone, or the same word each time, as «пальто»: the author means it. */
function isInvariable(pairs: readonly hbs.AST.HashPair[]): boolean {
  const words = pairs.map(({ value }) =>
    value.type === 'StringLiteral' ? (value as hbs.AST.StringLiteral).value : null,
  );
  const [first] = words;
  if (pairs.length === 1) return pairs[0]!.key === 'other';
  return pairs.length > 1 && first !== null && words.every((word) => word === first);
}

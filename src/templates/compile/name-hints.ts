import { BLOCK_HELPERS, ROOT_NAMES, VALUE_HELPERS } from '../helpers/helper-names.js';

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

/** What an author is told who calls something that cannot be called: what to write instead. */
export function noHelper(node: Call): string {
  const { original: name, parts } = node.path as hbs.AST.PathExpression;
  if (BLOCK_HELPERS.has(name))
    return `there is no helper "${name}" outside of {{#…}}: write {{#${name} …}}…{{/${name}}}`;
  if (parts.length > 1 || ROOT_NAMES.has(name))
    return `"${name}" is a variable and no helper${variableHint(node, name)}`;
  const known = [...BLOCK_HELPERS, ...VALUE_HELPERS];
  const meant = OTHER_WORDS[name.toLowerCase()] ?? known.find((helper) => helper === name.toLowerCase());
  return `there is no helper "${name}": ${meant ? `write ${meant}` : `a template has ${known.join(', ')}`}`;
}

/** How other languages say it. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  for: '{{#each event.items}}…{{/each}}',
  foreach: '{{#each event.items}}…{{/each}}',
  elseif: '{{else if …}}',
  elsif: '{{else if …}}',
  elif: '{{else if …}}',
};

function variableHint(node: Call, name: string): string {
  if (node.type === 'BlockStatement') return `: write {{#each ${name}}}, {{#if ${name}}} or {{else if ${name}}}`;
  const [first] = node.params;
  const next = first?.type === 'PathExpression' ? (first as hbs.AST.PathExpression).original : null;
  if (next !== null && /^\.\.?(?:\/|$)/.test(next)) return ': it is followed by a dot too many';
  if (next === '?') return ': to choose between two, write {{#if …}}…{{else}}…{{/if}}';
  if (next !== null)
    return `: nothing may follow it, and a name with a space is written in brackets, event.[first name]`;
  return ': nothing may follow it';
}

/** What an author is told who names something that no template sees. Words behind a helper are often meant as they stand. */
export function noVariable({ original }: hbs.AST.PathExpression, isArgument: boolean): string {
  const words = original.replace(/^[“”„«‘’]+|[“”»‘’]+$/g, '');
  const missing = `there is no "${original}": `;
  if (words !== original) return `${missing}quotes are straight here, "${words}"`;
  if (VALUE_HELPERS.has(original))
    return `${missing}a helper inside another mustache stands in parentheses, (${original} …)`;
  if (original === 'as') return `${missing}names of a loop stand between bars, as |item|`;
  const quotes = isArgument && !/[.@/]/.test(original) ? `, and words stand in quotes, "${original}"` : '';
  return `${missing}a template sees event, contact, run, store, now and links${quotes}`;
}

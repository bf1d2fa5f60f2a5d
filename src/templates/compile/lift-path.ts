import { namedPath, type PathScope } from './path-scope.js';

/** Inside a loop `event.currency` still means the letter's event: it becomes `@root.event.currency`. */
export function lift(path: hbs.AST.PathExpression, scope: PathScope): hbs.AST.PathExpression {
  if (path.data || !namedPath(path, scope)?.liftedToRoot) return path;
  const parts = ['root', ...path.parts];
  return { ...path, data: true, parts, original: `@${parts.join('.')}` };
}

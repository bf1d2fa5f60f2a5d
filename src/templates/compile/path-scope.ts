import { ROOT_NAMES } from '../helpers/helper-names.js';

/** A context that a block opened: what its item is called in messages, and the names that the author gave to it. */
interface OpenScope {
  readonly label: string;
  readonly names: ReadonlyMap<string, string>;
}

/** Which contexts are open at a place of the syntax tree, outermost first. The first is the whole context. */
export type PathScope = readonly OpenScope[];

export const WHOLE_CONTEXT: PathScope = [{ label: '', names: new Map() }];

export interface NamedPath {
  /** What the path means from the top: `event.items[].title`. */
  readonly label: string;
  /** Written without `@root` inside a block, and yet meaning the whole context's event, contact and so on. */
  readonly liftedToRoot: boolean;
}

/** The scope inside `{{#each path as |item index|}}` or `{{#with path}}`. */
export function openScope(
  scope: PathScope,
  block: 'each' | 'with',
  label: string,
  params: readonly string[],
): PathScope {
  const item = block === 'each' ? `${label}[]` : label;
  const names = new Map<string, string>();
  if (params[0]) names.set(params[0], item);
  if (params[1]) names.set(params[1], '@index');
  return [...scope, { label: item, names }];
}

/** What a path names; null when it names nothing (an unknown name at the top of a template). */
export function namedPath(path: hbs.AST.PathExpression, scope: PathScope): NamedPath | null {
  const [head, ...rest] = path.parts;
  if (path.data) return { label: head === 'root' ? rest.join('.') : `@${path.parts.join('.')}`, liftedToRoot: false };
  const isScoped = path.depth > 0 || /^\.|^this\b/.test(path.original);
  if (!isScoped && head !== undefined) {
    const given = scope.findLast((open) => open.names.has(head))?.names.get(head);
    if (given) return { label: join(given, rest), liftedToRoot: false };
    if (ROOT_NAMES.has(head)) return { label: path.parts.join('.'), liftedToRoot: scope.length > 1 };
  }
  const open = scope[scope.length - 1 - path.depth];
  if (!open || (open.label === '' && !ROOT_NAMES.has(head ?? ''))) return null;
  return { label: join(open.label, path.parts), liftedToRoot: false };
}

function join(label: string, parts: readonly string[]): string {
  return [...(label ? [label] : []), ...parts].join('.');
}

import type { SourceCutter } from './cut-source.js';
import type { Place } from './expression.js';
import type { PartKind } from './part-kind.js';
import type { Scope } from './scope.js';

/** Adds its text to the part that is being filled in. */
export type Statement = (scope: Scope) => void;

/** A place of the syntax tree with what it prints to. */
export interface Site extends Place {
  readonly kind: PartKind;
  /** null inside of addresses, which are needed whole. */
  readonly cutter: SourceCutter | null;
  /** Makes what stands inside a block ready; nothing for a branch that is not there. */
  readonly program: (node: hbs.AST.Program | undefined, site: Site) => Statement;
}

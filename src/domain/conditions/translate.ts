import { serialize, type ASTNode } from '@marcbachmann/cel-js';
import { translateCall, translateMethod } from './calls.js';
import { translateBinary, translateChoice, translateList } from './operators.js';
import { translateField, translateIndex, translateName } from './paths.js';
import { flawed, numeric, quoted, term, type Findings, type Scope, type Term } from './term.js';

/**
 * Rewrites what people write (`event.total * 2 > 1000`) into CEL that the engine checks and runs
 * (`number(event.data.total) * 2.0 > 1000.0`): paths are checked, values converted, functions bound to the facts.
 */
export function translate(node: ASTNode, scope: Scope, findings: Findings): Term {
  switch (node.op) {
    case 'value':
      return translateLiteral(node, findings);
    case 'id':
      return translateName(node.args, scope, findings);
    case '.':
      return translateField(node.args[0], node.args[1], scope, findings, translate);
    case '[]': {
      const [left, index] = node.args;
      if (index.op === 'value' && typeof index.args === 'string')
        return translateField(left, index.args, scope, findings, translate);
      return translateIndex(left, index, scope, findings, translate);
    }
    case 'call':
      return translateCall(node.args[0], node.args[1], scope, findings, translate);
    case 'rcall':
      return translateMethod(node.args[0], node.args[1], node.args[2], scope, findings, translate);
    case 'list':
      return translateList(node.args, scope, findings, translate);
    case '?:':
      return translateChoice(node.args, scope, findings, translate);
    case '||':
    case '&&': {
      const [left, right] = node.args.map((side) => translate(side, scope, findings).code);
      return term(`(${left ?? ''} ${node.op} ${right ?? ''})`, 'bool');
    }
    case '!_':
      return term(`!(${translate(node.args, scope, findings).code})`, 'bool');
    case '-_': {
      const value = numeric(translate(node.args, scope, findings));
      return term(`(-${value.code})`, value.kind);
    }
    case 'map':
    case '.?':
    case '[?]':
      return flawed(findings, 'not_allowed', `${serialize(node)} is not offered in conditions`);
    default:
      return translateBinary(node.op, node.args, scope, findings, translate);
  }
}

function translateLiteral(node: Extract<ASTNode, { op: 'value' }>, findings: Findings): Term {
  const value = node.args;
  switch (typeof value) {
    case 'bigint':
      return term(String(value), 'int');
    case 'number':
      return term(fractional(String(value)), 'double');
    case 'string':
      return term(quoted(value), 'text');
    case 'boolean':
      return term(String(value), 'bool');
    default:
      if (value === null) return term('null', 'null');
      return flawed(findings, 'not_allowed', `${serialize(node)} is not offered in conditions`);
  }
}

/** Digits alone would be a whole number. */
function fractional(digits: string): string {
  return /^\d+$/.test(digits) ? `${digits}.0` : digits;
}

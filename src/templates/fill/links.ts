import { attributeText } from '../helpers/attribute-text.js';
import { checkedUrl, clickLink, type LinkTurn, openingMac, REFUSED } from '../helpers/click-link.js';
import type { Rendering } from '../helpers/rendering.js';
import { OPENING_MARK } from './marks.js';
import type { PartKind } from './part-kind.js';
import { HTML } from './part-kind.js';
import { sameContext, type Scope } from './scope.js';
import type { Site, Statement } from './site.js';

/** What the compiler wrote into the template around addresses: `{{tmLink 1}}` and `{{tmPixel}}`. */
export function internalCall(node: hbs.AST.MustacheStatement, site: Site): Statement {
  switch ((node.path as hbs.AST.PathExpression).original) {
    case 'tmLink':
      return link(node, null, site.kind);
    case 'tmPixel':
      return site.kind === HTML ? ({ rendering }) => printPixel(rendering) : () => undefined;
    default:
      throw new TypeError('a helper is not called as it was meant');
  }
}

/** `{{#tmLink 1}}…{{/tmLink}}` and `{{#tmUrl}}…{{/tmUrl}}`: what stands between them becomes an address. */
export function internalBlock(node: hbs.AST.BlockStatement, site: Site): Statement {
  const address = site.program(node.program, { ...site, cutter: null });
  switch (node.path.original) {
    case 'tmLink':
      return link(node, address, site.kind);
    case 'tmUrl':
      return site.kind === HTML ? (scope) => printPicture(scope, address) : () => undefined;
    default:
      throw new TypeError(`there is no block ${node.path.original}`);
  }
}

type LinkNode = hbs.AST.MustacheStatement | hbs.AST.BlockStatement;

/** What the text part prints beside an address, and not without it. */
function edgeOf({ hash }: LinkNode, name: 'before' | 'behind'): string {
  const value = hash?.pairs.find(({ key }) => key === name)?.value;
  return value?.type === 'StringLiteral' ? (value as hbs.AST.StringLiteral).value : '';
}

function numberOf({ params: [number] }: LinkNode): number {
  if (number?.type !== 'NumberLiteral') throw new TypeError('a link has no number');
  return (number as hbs.AST.NumberLiteral).value;
}

/** The HTML makes the click links; the text part repeats them turn by turn. */
function link(node: LinkNode, address: Statement | null, kind: PartKind): Statement {
  const number = numberOf(node);
  if (kind === HTML)
    return (scope) => {
      const turn = linkTurn(number, address, scope);
      const turns = scope.rendering.addresses.get(number);
      if (turns) turns.push(turn);
      else scope.rendering.addresses.set(number, [turn]);
      printLink(scope.rendering, turn, kind);
    };
  const before = edgeOf(node, 'before');
  const behind = edgeOf(node, 'behind');
  // Versions published earlier have their colon in the text around the call.
  const isLeftOut = before !== '' || behind !== '';
  return (scope) => {
    const { rendering } = scope;
    const turn = rendering.addresses.get(number)?.shift() ?? linkTurn(number, address, scope);
    if (isLeftOut && turn.text === REFUSED) return;
    rendering.out += before;
    printLink(rendering, turn, kind);
    rendering.out += behind;
  };
}

function linkTurn(number: number, address: Statement | null, scope: Scope): LinkTurn {
  const { rendering } = scope;
  const url = address
    ? checkedUrl(rendering, captured(address, scope), `link ${number}`)
    : (rendering.sources.template[number]?.url ?? REFUSED);
  return url === REFUSED ? { text: REFUSED, tokenChars: 0 } : clickLink(rendering, url);
}

function printLink(rendering: Rendering, { text, tokenChars }: LinkTurn, kind: PartKind): void {
  if (tokenChars === 0) {
    rendering.out += kind.shownAddress(text);
    return;
  }
  rendering.out += text;
  rendering.hidden += kind.shownAddress(rendering.signing!.baseUrl).length + tokenChars - text.length;
}

function printPicture(scope: Scope, address: Statement): void {
  const url = checkedUrl(scope.rendering, captured(address, scope), 'a picture');
  if (url !== REFUSED) scope.rendering.out += attributeText(url);
}

/** The 1 × 1 picture that reports an opening; nothing when nothing is signed. */
function printPixel(rendering: Rendering): void {
  const tokenChars = openingMac(rendering);
  if (tokenChars === 0) return;
  const address = { text: OPENING_MARK, tokenChars };
  rendering.out += '<img src="';
  printLink(rendering, address, HTML);
  rendering.out += '" width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px">';
}

/** What a block prints, taken out of the part again. */
function captured(block: Statement, scope: Scope): string {
  const { rendering } = scope;
  const { out } = rendering;
  rendering.out = '';
  block(sameContext(scope));
  const text = rendering.out;
  rendering.out = out;
  return text;
}

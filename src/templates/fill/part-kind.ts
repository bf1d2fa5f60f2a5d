import { attributeText } from '../helpers/attribute-text.js';
import { withoutControls } from '../helpers/printable.js';
import { escapeHtml, type Print, printEscaped, printPlain } from './print.js';

/** How one kind of part prints what data brings. */
export interface PartKind {
  readonly name: 'html' | 'plain';
  readonly print: Print;
  /** What is taken out of data beforehand. */
  readonly clean: (text: string) => string;
  /** How the address of a click link or the pixel is shown. */
  readonly shownAddress: (address: string) => string;
  /** How the address of one of the letter's own pages is shown. */
  readonly shownPage: (address: string) => string;
}

const asItIs = (text: string): string => text;

export const HTML: PartKind = {
  name: 'html',
  print: printEscaped,
  clean: asItIs,
  shownAddress: attributeText,
  shownPage: escapeHtml,
};

/** Subject, preheader and text part: nothing is escaped, and control characters are taken out of data. */
export const PLAIN: PartKind = {
  name: 'plain',
  print: printPlain,
  clean: withoutControls,
  shownAddress: asItIs,
  shownPage: asItIs,
};

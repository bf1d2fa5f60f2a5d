import { sourceMark } from './marks.js';

/** A shorter text would hardly be longer than its mark. */
const MIN_CHARS = 24;

/** A text of the template, with the mark that stands for most of it. */
export interface CutText {
  /** What the skeleton gets. */
  readonly skeleton: string;
  /** How many characters longer the text is. */
  readonly hidden: number;
}

/** Replaces long texts of one part by marks, in the order in which they stand in its source. */
export class SourceCutter {
  private from = 0;

  constructor(private readonly source: string) {}

  cut(text: string): CutText {
    // White space at the edges stays: together with that of the neighbours it may become less in the text part.
    const inner = text.trim();
    const at = inner.length < MIN_CHARS || inner.includes('\n\n\n') ? -1 : this.source.indexOf(inner, this.from);
    if (at < 0) return { skeleton: text, hidden: 0 };
    this.from = at + inner.length;
    const mark = sourceMark(at, inner.length);
    const start = text.indexOf(inner);
    const skeleton = text.slice(0, start) + mark + text.slice(start + inner.length);
    return { skeleton, hidden: inner.length - mark.length };
  }
}

/** A line of a person's timeline; only what the demo prints. */
export interface TimelineItem {
  readonly at: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

const ORDER = ['type', 'scenario', 'step', 'outcome', 'state', 'action', 'actor', 'reason', 'subject', 'url'];

/** One line an entry: when, what, and the words that explain it. */
export function timelineLines(items: readonly TimelineItem[]): string[] {
  return [...items]
    .sort((a, b) => a.at.localeCompare(b.at))
    .map((item) => {
      const words = ORDER.map((field) => item[field]).filter((word) => typeof word === 'string' && word !== '');
      return `  ${item.at.slice(0, 19).replace('T', ' ')}  ${item.kind.padEnd(11)} ${words.join(' · ')}`;
    });
}

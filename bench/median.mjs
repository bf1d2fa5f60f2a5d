/** The middle value; of an even number the lower of the two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

/** A contestant's rates a second, one a round. */
export class Rates {
  constructor(values) {
    this.values = values;
    this.median = median(values);
  }
}

/**
 * Measures contestants in turn, round by round, so that a busy moment of a shared machine hits all of them alike.
 * @param {Record<string, () => Promise<number>>} contestants name → one measurement (a rate a second)
 * @returns {Promise<Record<string, Rates>>}
 */
export async function interleaved(contestants, rounds) {
  const seen = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, measure] of Object.entries(contestants)) seen[name].push(await measure());
  return Object.fromEntries(Object.entries(seen).map(([name, values]) => [name, new Rates(values)]));
}

/** The median over the rounds of ours divided by theirs: both of a round met the same machine. */
export function ratioOf(ours, theirs) {
  return median(ours.values.map((value, round) => value / theirs.values[round]));
}

/** People who were treated alike, and those of them who bought. */
export interface Group {
  readonly people: number;
  readonly buyers: number;
}

/** People among whom the same percent was held out: only these differ by the draw alone. */
export interface Stratum {
  readonly letters: Group;
  readonly heldOut: Group;
}

/** What letters added to the part of people who buy, in parts of one (0.0433: 4.33 more buyers of a hundred people). */
export interface Lift {
  readonly rate: number;
  /** Ends of the 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** The same as a part of what the held-out buy by themselves; null when none of them bought. */
  readonly relative: number | null;
}

/** Of 95 % of the normal distribution, both sides. */
const Z = 1.959_963_985;
/** Of 80 %, one side: the power at which a difference counts as detectable. */
const Z_POWER = 0.841_621_234;

/**
 * The difference between people with letters and people held out. Strata are compared apart and brought together by
 * Mantel and Haenszel's weights, so that a changed percent does not compare people of different times. The interval is Newcombe's
 * hybrid score interval (Statistics in Medicine 17, 1998, method 10), which holds for few people and few buyers; over strata by Zou and
 * Donner's MOVER (2008). Null while no stratum has people on both sides.
 */
export function liftOf(strata: readonly Stratum[]): Lift | null {
  const both = comparable(strata);
  if (both.length === 0) return null;
  const weights = both.map(weightOf);
  const all = sum(weights);
  let [rate, alone, below, above] = [0, 0, 0, 0];
  both.forEach(({ letters, heldOut }, i) => {
    const weight = weights[i]! / all;
    const [treated, control] = [scoreInterval(letters), scoreInterval(heldOut)];
    rate += weight * (treated.rate - control.rate);
    alone += weight * control.rate;
    below += weight ** 2 * ((treated.rate - treated.low) ** 2 + (control.high - control.rate) ** 2);
    above += weight ** 2 * ((treated.high - treated.rate) ** 2 + (control.rate - control.low) ** 2);
  });
  return {
    rate,
    low: rate - Math.sqrt(below),
    high: rate + Math.sqrt(above),
    relative: alone > 0 ? rate / alone : null,
  };
}

/**
 * The smallest difference that so many people would show in four cases of five; null while nobody is compared, none of them has bought,
 * or they are too few to show any. With 12,411 people of whom 5 % buy and a tenth is held out it is 0.0183. Strata are weighted as by
 * `liftOf`: who is compared with nobody shows nothing. Within one both sides are taken for alike: the few held-out alone, of whom perhaps
 * none has bought, tell too little.
 */
export function detectable(strata: readonly Stratum[]): number | null {
  const both = comparable(strata);
  const variance = sum(
    both.map((stratum) => {
      const { letters, heldOut } = stratum;
      const rate = (letters.buyers + heldOut.buyers) / (letters.people + heldOut.people);
      return weightOf(stratum) * rate * (1 - rate);
    }),
  );
  if (variance === 0) return null;
  const smallest = ((Z + Z_POWER) * Math.sqrt(variance)) / sum(both.map(weightOf));
  // Rates differ by one at most.
  return smallest <= 1 ? smallest : null;
}

function comparable(strata: readonly Stratum[]): readonly Stratum[] {
  return strata.filter(({ letters, heldOut }) => letters.people > 0 && heldOut.people > 0);
}

/** Mantel and Haenszel's: the people who a comparison of two sides is worth. */
function weightOf({ letters, heldOut }: Stratum): number {
  return 1 / (1 / letters.people + 1 / heldOut.people);
}

/** Wilson's score interval of a proportion. */
function scoreInterval({ people, buyers }: Group): {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
} {
  const rate = buyers / people;
  const scale = 1 + Z ** 2 / people;
  const centre = (rate + Z ** 2 / (2 * people)) / scale;
  const half = (Z * Math.sqrt((rate * (1 - rate)) / people + Z ** 2 / (4 * people ** 2))) / scale;
  return { rate, low: centre - half, high: centre + half };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

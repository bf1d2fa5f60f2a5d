/** Letters of one step that went out on one day: what figures are counted by. */
export interface Cell {
  readonly environment_id: string;
  readonly scenario_key: string;
  readonly step_id: string;
  /** `YYYY-MM-DD` in the store's zone. */
  readonly day: string;
}

export interface SizedCell extends Cell {
  /** How many letters are read to count it, about. */
  readonly letters: number;
}

/** A second or two of one statement, and far from the time after which it is given up also on slow disks. */
const MOST_LETTERS = 250_000;
const MOST_CELLS = 1_000;

/** Each cell once. */
export function distinctCells(cells: readonly Cell[]): readonly Cell[] {
  return [...new Map(cells.map((cell) => [keyOf(cell), cell])).values()];
}

/**
 * Which cells one statement counts. However many letters the cells of a count hold together, no statement takes longer than the
 * largest cell does: one that is given up for its length would be given up again, and nobody's figures would ever go on.
 */
export function countedTogether(cells: readonly SizedCell[]): readonly (readonly SizedCell[])[] {
  const groups: SizedCell[][] = [];
  let letters = 0;
  for (const cell of cells) {
    const group = groups.at(-1);
    letters += cell.letters;
    if (group && group.length < MOST_CELLS && letters <= MOST_LETTERS) group.push(cell);
    else {
      groups.push([cell]);
      letters = cell.letters;
    }
  }
  return groups;
}

function keyOf({ environment_id: environmentId, scenario_key: scenario, step_id: step, day }: Cell): string {
  return JSON.stringify([environmentId, scenario, step, day]);
}

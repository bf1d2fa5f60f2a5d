import { countedTogether, distinctCells, type SizedCell } from './cells.js';

const cell = (day: string, letters: number): SizedCell => ({
  environment_id: 'live',
  scenario_key: 'abandoned-cart',
  step_id: 'reminder',
  day,
  letters,
});

describe('the cells that one statement counts', () => {
  const days = (...cells: SizedCell[]) => countedTogether(cells).map((group) => group.map(({ day }) => day));

  it('hold a quarter of a million letters together, and one that is larger stands alone', () => {
    expect(days(cell('a', 200_000), cell('b', 50_000), cell('c', 1), cell('d', 5_000_000), cell('e', 1))).toEqual([
      ['a', 'b'],
      ['c'],
      ['d'],
      ['e'],
    ]);
  });

  it('are a thousand at most, and none where nothing is to be counted', () => {
    const many = Array.from({ length: 2_500 }, (_, i) => cell(String(i), 1));
    expect(countedTogether(many).map((group) => group.length)).toEqual([1_000, 1_000, 500]);
    expect(countedTogether([])).toEqual([]);
  });

  it('are each counted once', () => {
    expect(distinctCells([cell('a', 1), cell('b', 1), cell('a', 2)]).map(({ day }) => day)).toEqual(['a', 'b']);
    const one = cell('a', 1);
    const others = [
      { ...one, environment_id: 'test' },
      { ...one, scenario_key: 'trial-ending' },
      { ...one, step_id: 'follow-up' },
    ];
    expect(distinctCells([one, ...others, one])).toEqual([one, ...others]);
  });
});

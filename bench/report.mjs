/**
 * One line of the table.
 * @typedef {object} Result
 * @property {string} figure what was measured
 * @property {import('./median.mjs').Rates} ours
 * @property {string} unit
 * @property {{ name: string, rates: import('./median.mjs').Rates } | null} yardstick
 * @property {number | null} ratio ours to the yardstick's
 * @property {string} aim as it is printed
 * @property {boolean | null} met null where there is no aim
 */

/** One result as soon as it is known, with every round. */
export function lineOf({ figure, ours, unit, yardstick, ratio, aim, met }) {
  const rounds = (rates) => rates.values.map(number).join(' ');
  return [
    `${figure}: ${number(ours.median)} ${unit}   (${rounds(ours)})`,
    ...(yardstick ? [`  ${yardstick.name}: ${number(yardstick.rates.median)}   (${rounds(yardstick.rates)})`] : []),
    `  ${ratio === null ? '' : `ratio ${ratio.toFixed(2)}, `}${aim === '' ? 'no aim' : `aim ${aim}: ${met ? 'met' : 'MISSED'}`}`,
  ].join('\n');
}

/** All results as aligned text. */
export function tableOf(results) {
  const rows = [HEAD, ...results.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (RIGHT.has(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The same for a README. */
export function markdownOf(machine, rounds, results) {
  const rows = [HEAD, HEAD.map((_, i) => (RIGHT.has(i) ? '---:' : '---')), ...results.map(cellsOf)];
  return `${machine}\nMedians of ${rounds} rounds.\n\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
}

const HEAD = ['figure', 'measured', 'unit', 'yardstick', 'its rate', 'ratio', 'aim', ''];
const RIGHT = new Set([1, 4, 5]);

function cellsOf({ figure, ours, unit, yardstick, ratio, aim, met }) {
  return [
    figure,
    number(ours.median),
    unit,
    yardstick?.name ?? '–',
    yardstick ? number(yardstick.rates.median) : '–',
    ratio === null ? '–' : ratio.toFixed(2),
    aim === '' ? '–' : aim,
    met === null ? '' : met ? 'met' : 'missed',
  ];
}

function number(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

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
 * @property {number} [aimRate] of an aim that is a rate: so many a second
 */

/** Where the aims that are rates were set, nodemailer alone sent so many letters a second: the same program, the same way to send. */
const TRIALS_RATE = 1_197;
export const BARE_SENDER = 'bare nodemailer';

/**
 * What the aims that are rates come to on this machine, in the proportion of what nodemailer alone does here and did there. Says nothing
 * about whether they are met: it tells a slow machine from a slow service. Null where nodemailer was not measured.
 */
export function inProportion(results) {
  const here = results.find(({ yardstick }) => yardstick?.name === BARE_SENDER)?.yardstick.rates.median;
  if (!here) return null;
  const share = here / TRIALS_RATE;
  const lines = results
    .filter(({ aimRate }) => aimRate)
    .map(({ figure, ours, unit, aimRate }) => {
      const scaled = aimRate * share;
      return `  ${figure}: ${number(ours.median)} ${unit}, ${number(aimRate)} become ${number(scaled)} (${(ours.median / scaled).toFixed(2)} of it)`;
    });
  return [
    `Nodemailer alone sent ${number(here)} letters/s here and ${number(TRIALS_RATE)} where the aims were set (${share.toFixed(2)}). In that proportion`,
    ...lines,
  ].join('\n');
}

/** The aim of so many a second, and whether it is met. */
export function aimAt(aimRate, ours) {
  return { aim: `≥ ${aimRate}/s`, aimRate, met: ours.median >= aimRate };
}

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

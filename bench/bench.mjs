// Measures the service against yardsticks in the same run; see README.md.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FIGURES } from './figures.mjs';
import { describeMachine } from './machine.mjs';
import { writeStatements } from './profile.mjs';
import { inProportion, lineOf, markdownOf, tableOf } from './report.mjs';
import { Workbench } from './workbench.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, markdown: { type: 'string' }, dir: { type: 'string' } },
});
const rounds = Number(values.rounds);
const unknown = positionals.filter((name) => !Object.hasOwn(FIGURES, name));
if (unknown.length > 0 || !(rounds >= 1)) {
  console.error(`npm run bench [-- ${Object.keys(FIGURES).join(' | ')} …] [--rounds N] [--markdown FILE] [--dir DIR]`);
  process.exit(2);
}
const names = positionals.length > 0 ? positionals : Object.keys(FIGURES);

/** Whatever hangs, the bench ends: three minutes a round and five for the rest are several times what it takes. */
const LIMIT_MS = (5 + 3 * rounds) * 60_000;
const CLOSE_MS = 20_000;
let bench;
let ending;
const end = (code, why) => {
  if (why) console.error(`\n${why}`);
  // A figure that failed may still hold a connection: closing waits for it, but not for ever.
  const closed = bench?.close() ?? Promise.resolve();
  ending ??= Promise.race([closed, sleep(CLOSE_MS)]).finally(() => process.exit(code));
};
process.on('SIGINT', () => end(130));
process.on('SIGTERM', () => end(143));
setTimeout(() => end(1, `the bench took longer than ${LIMIT_MS / 60_000} minutes and was stopped`), LIMIT_MS).unref();

try {
  console.log('Starting PostgreSQL and installing the presets …');
  bench = await Workbench.open(values.dir);
  const machine = await describeMachine(bench);
  console.log(
    `${machine}\nMedians of ${rounds} rounds. The load comes from this process and shares the cores with what it measures.`,
  );
  const results = [];
  for (const name of names) {
    console.log(`\n── ${name}`);
    for (const result of await FIGURES[name](bench, rounds)) {
      results.push(result);
      console.log(lineOf(result));
    }
    await writeStatements(bench, name);
    await bench.clear();
  }
  console.log(`\n${tableOf(results)}`);
  const proportion = inProportion(results);
  if (proportion) console.log(`\n${proportion}`);
  if (values.markdown) writeFileSync(values.markdown, markdownOf(machine, rounds, results));
  end(0);
} catch (error) {
  if (!ending) end(1, error.stack);
}

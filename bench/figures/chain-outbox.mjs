import { lettersPerSecond } from '../chain.mjs';
import { interleaved, Rates } from '../median.mjs';
import { aimAt } from '../report.mjs';

const LETTERS = 10_000;
const WARM_UP = 1_000;
const AIM_RATE = 1_500;
const AIM_MB = 300;

/** The whole way in one process: events posted, runs entered, waits over, letters rendered, guarded and in the outbox. */
export async function chainOutbox(bench, rounds) {
  const url = await bench.database();
  const service = await bench.service(url);
  await lettersPerSecond(bench, service, url, { firstPerson: 0, count: WARM_UP });
  let firstPerson = WARM_UP;
  const { ours } = await interleaved(
    { ours: () => lettersPerSecond(bench, service, url, { firstPerson: (firstPerson += LETTERS), count: LETTERS }) },
    rounds,
  );
  const peak = service.peakRssMb();
  return [
    {
      figure: 'events to outbox',
      ours,
      unit: 'letters/s',
      yardstick: null,
      ratio: null,
      ...aimAt(AIM_RATE, ours),
    },
    ...(peak === null
      ? []
      : [
          {
            figure: 'its peak memory',
            ours: new Rates([peak]),
            unit: 'MiB RSS',
            yardstick: null,
            ratio: null,
            aim: `≤ ${AIM_MB}`,
            met: peak <= AIM_MB,
          },
        ]),
  ];
}

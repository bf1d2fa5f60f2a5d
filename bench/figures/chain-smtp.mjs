import { lettersPerSecond } from '../chain.mjs';
import { interleaved, ratioOf } from '../median.mjs';
import { aimAt, BARE_SENDER } from '../report.mjs';

const LETTERS = 4_000;
const WARM_UP = 1_000;
const AIM = 800;

/** The same over SMTP into a local sink, beside nodemailer alone with the same letters, rendered already. */
export async function chainSmtp(bench, rounds) {
  const url = await bench.database();
  const sink = await bench.helper('yardsticks/smtp-sink.mjs');
  const service = await bench.service(url, { TRANSPORT: 'smtp', SMTP_URL: `smtp://127.0.0.1:${sink.hello}` });
  await lettersPerSecond(bench, service, url, { firstPerson: 0, count: WARM_UP });
  const sender = await bench.helper('yardsticks/bare-sender.mjs', null, {
    BENCH_SERVICE: service.url,
    BENCH_AUTHORIZATION: bench.authorization,
    BENCH_SINK: String(sink.hello),
  });
  await sender.ask('rate', { count: WARM_UP });
  let firstPerson = WARM_UP;
  const { ours, theirs } = await interleaved(
    {
      ours: () => lettersPerSecond(bench, service, url, { firstPerson: (firstPerson += LETTERS), count: LETTERS }),
      theirs: () => sender.ask('rate', { count: LETTERS }),
    },
    rounds,
  );
  const expected = 2 * (WARM_UP + rounds * LETTERS);
  const taken = await sink.ask('taken');
  if (taken !== expected) throw new Error(`the sink has ${taken} letters instead of ${expected}`);
  const yardstick = { name: BARE_SENDER, rates: theirs };
  return [
    {
      figure: 'events to SMTP',
      ours,
      unit: 'letters/s',
      yardstick,
      ratio: ratioOf(ours, theirs),
      ...aimAt(AIM, ours),
    },
  ];
}

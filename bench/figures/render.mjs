import { interleaved, ratioOf } from '../median.mjs';
import { aimAt } from '../report.mjs';

const AIM = 8_000;

/** The abandoned-cart reminder with three products and signed links, kept and put together once, beside compiling its MJML for every letter. */
export async function render(bench, rounds) {
  const url = await bench.database();
  const [worker, naive] = [
    await bench.helper('figures/render.worker.mjs', url),
    await bench.helper('yardsticks/compile-per-message.mjs', url),
  ];
  const contestants = {
    ours: () => worker.ask('rate', { seconds: 3, storeId: bench.storeId, environmentId: bench.environmentId }),
    theirs: () => naive.ask('rate', { seconds: 3, environmentId: bench.environmentId }),
  };
  await interleaved(contestants, 1);
  const { ours, theirs } = await interleaved(contestants, rounds);
  const yardstick = { name: 'compile per message', rates: theirs };
  return [
    {
      figure: 'render',
      ours,
      unit: 'letters/s',
      yardstick,
      ratio: ratioOf(ours, theirs),
      ...aimAt(AIM, ours),
    },
  ];
}

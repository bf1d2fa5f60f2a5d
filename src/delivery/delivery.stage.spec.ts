import type { StageRunner } from '../platform/queue/stage-runner.js';
import type { DeliverBatch } from './deliver-batch.js';
import { DeliveryStage } from './delivery.stage.js';
import { DeliveryTimes } from './delivery-times.js';
import type { Sweeper } from './sweeper.js';

it('delivery looks for due letters once a second, as every stage, and for workers that are gone every five', async () => {
  let nowMs = 0;
  const looks = new Set<number>();
  const sweeps: number[] = [];
  const batch = {
    run: () => {
      looks.add(nowMs);
      return Promise.resolve({ claimed: 0, accepted: 0 });
    },
  };
  const sweeper = { sweep: () => Promise.resolve(void sweeps.push(nowMs)) };
  const stage = new DeliveryStage(
    batch as unknown as DeliverBatch,
    sweeper as unknown as Sweeper,
    {} as StageRunner,
    { now: () => new Date(0), monotonicMs: () => nowMs },
    new DeliveryTimes(),
  );
  for (; nowMs <= 10_000; nowMs += stage.sweepMs) await stage.drain(new AbortController().signal, () => undefined);
  expect([...looks]).toEqual(Array.from({ length: 11 }, (_, i) => i * 1_000));
  expect(sweeps).toEqual([0, 5_000, 10_000]);
});

import { openApp } from '../app.mjs';
import { answerCalls } from '../child.mjs';
import { EnrollmentsStage } from '../../dist/enrollments/enrollments.stage.js';

const { app } = await openApp();
const stage = app.get(EnrollmentsStage, { strict: false });
const notStopping = { aborted: false };

answerCalls({
  /** Works off everything that is due, as a worker does when it is woken; answers seconds. */
  async drain() {
    const from = performance.now();
    await stage.drain(notStopping, () => undefined);
    return (performance.now() - from) / 1_000;
  },
});

import { openApp } from '../app.mjs';
import { answerCalls } from '../child.mjs';
import { RunDue } from '../../dist/enrollments/run-due.js';
import { REAL_LANE } from '../../dist/platform/clock/lane.js';

const { app } = await openApp();
const due = app.get(RunDue, { strict: false });

answerCalls({
  /** Works off everything that is due. */
  async drain() {
    const from = performance.now();
    let runs = 0;
    for (let moved = await due.batch(REAL_LANE); moved > 0; moved = await due.batch(REAL_LANE)) runs += moved;
    return { runs, seconds: (performance.now() - from) / 1_000 };
  },
});

// Yardstick: the statements of ingest without HTTP, JSON and validation, one group after the other.
import { openApp } from '../app.mjs';
import { answerCalls } from '../child.mjs';
import { cartEvent } from '../people.mjs';
import { EventStore } from '../../dist/ingest/event-store.js';
import { prepareEvent } from '../../dist/ingest/prepare-event.js';

const { app } = await openApp();
const store = app.get(EventStore, { strict: false });

answerCalls({
  /** Events a second; they are made ready before the clock starts. */
  async rate({ environmentId, people, group, seconds }) {
    const caller = { environmentId, clock: 'real' };
    let done = 0;
    let busyMs = 0;
    while (busyMs < seconds * 1_000) {
      const events = Array.from(
        { length: group },
        () => prepareEvent(cartEvent(people.from + (done++ % people.count)), caller, null).event,
      );
      const from = performance.now();
      const { results } = await store.round(events);
      busyMs += performance.now() - from;
      if (results.size !== group) throw new Error(`${group - results.size} of ${group} events were not stored`);
    }
    return (done / busyMs) * 1_000;
  },
});

// Yardstick: the same application, but every request writes its own event instead of joining a group.
import { answerCalls } from '../child.mjs';
import { openWithSettings } from '../app.mjs';
import { EventCollector } from '../../dist/ingest/event-collector.js';
import { startService } from '../../dist/service.js';

EventCollector.prototype.submitOne = async function submitOne(event) {
  const { results } = await this.store.round([event]);
  this.waker.wake('enrollments');
  return results.get(event);
};
const service = await startService(await openWithSettings());
answerCalls({}, service.url);

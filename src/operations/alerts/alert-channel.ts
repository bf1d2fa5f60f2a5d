import type { ChannelName } from './episodes.js';
import type { Notice } from './finding.js';

/** A way to the people who run the service. */
export abstract class AlertChannel {
  abstract readonly name: ChannelName;

  /** Whether the notice was taken; answers with a value whatever happens. */
  abstract send(notice: Notice): Promise<boolean>;
}

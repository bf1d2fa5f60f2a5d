import { Injectable } from '@nestjs/common';
import type { Lane } from '../platform/clock/lane.js';
import { logger } from '../platform/logging/logger.js';
import { StageWaker } from '../platform/queue/stages.js';
import { DueWatermark } from './due-watermark.js';
import type { ClearedLetter } from './guard-writes.js';
import { isEnd, type UnsentLetter } from './judged-letter.js';

/** Tells whoever waits for it, and the log, what the guard decided. */
@Injectable()
export class GuardNews {
  private readonly log = logger(GuardNews.name);

  constructor(
    private readonly watermark: DueWatermark,
    private readonly waker: StageWaker,
  ) {}

  /** @param isSettled letters are accepted by being cleared: their figures can be made */
  tell(lane: Lane, cleared: readonly ClearedLetter[], unsent: readonly UnsentLetter[], isSettled: boolean): void {
    this.tellUnsent(lane, unsent);
    this.tellRefusedLinks(cleared);
    if (isSettled && lane.clock === 'real') this.waker.wake('stats');
  }

  private tellUnsent(lane: Lane, unsent: readonly UnsentLetter[]): void {
    for (const {
      letter: { message },
      verdict,
    } of unsent) {
      if (lane.clock === 'real' && !isEnd(verdict)) this.watermark.lower(message.dueAt);
      if (verdict.kind === 'event-first' && lane.clock === 'real') this.waker.wake('enrollments');
      if (verdict.kind === 'fail')
        this.log.warn(`A letter cannot be made: ${verdict.detail}`, {
          event: 'delivery.template_error',
          messageId: message.id,
          template: message.templateKey,
        });
    }
  }

  /** Such a link leads to `#`; which one is said, what stood there is not: it may hold anything. */
  private tellRefusedLinks(cleared: readonly ClearedLetter[]): void {
    for (const {
      letter: { message, rendered },
    } of cleared)
      if (rendered.ok && rendered.refusedLinks.length > 0)
        this.log.warn('A letter went out with links that lead nowhere: its data gave no safe address', {
          event: 'delivery.links_refused',
          messageId: message.id,
          template: message.templateKey,
          links: rendered.refusedLinks.slice(0, 10).map(({ what }) => `${what}: not a safe http or https address`),
        });
  }
}

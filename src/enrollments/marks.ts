import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { Watermark } from './watermark.js';

/** Claims of several workers overlap by a few milliseconds. */
const DUE_MARGIN_MS = 100;
/** An event gets its `received_at` some moments before its transaction commits and it can be seen. */
const INBOX_MARGIN_MS = 5_000;

/** How far this process has claimed due runs of the real lane, by `due_at`. */
@Injectable()
export class DueMark extends Watermark {
  constructor(clock: ProcessClock) {
    super(clock, DUE_MARGIN_MS);
  }
}

/** How far this process has claimed the real lane's inbox, by `received_at`. */
@Injectable()
export class InboxMark extends Watermark {
  constructor(clock: ProcessClock) {
    super(clock, INBOX_MARGIN_MS);
  }
}

import { Injectable } from '@nestjs/common';
import { Watermark } from '../enrollments/watermark.js';
import { ProcessClock } from '../platform/clock/clock.js';

/** Letters are rarely planned long after they are due; those that are lower the bound. */
const MARGIN_MS = 60_000;

/** The lower bound of the live claim of letters. */
@Injectable()
export class DueWatermark extends Watermark {
  constructor(clock: ProcessClock) {
    super(clock, MARGIN_MS);
  }
}

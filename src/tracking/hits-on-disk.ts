import { Injectable } from '@nestjs/common';
import { type SpooledActs, SpooledHits } from '../delivery/ports.js';
import type { Hit } from './hit.js';
import { judgeHit } from './judge-hit.js';

/** An outage may last: letters beyond these are known of once their hits are replayed. */
const MAX_LETTERS = 100_000;

type Acts = Map<string, SpooledActs>;

/** Remembers which letters the spool has hits of people for, until these are in PostgreSQL. */
@Injectable()
export class HitsOnDisk extends SpooledHits {
  private waiting: Acts = new Map();
  /** Those that a replay which has begun takes along. */
  private leaving: Acts = new Map();

  seen(): (messageId: string) => SpooledActs | undefined {
    const { waiting, leaving } = this; // nothing is taken out of these, others take their place
    return (messageId) => {
      const [one, other] = [waiting.get(messageId), leaving.get(messageId)];
      return one && other ? joined(one, other) : (one ?? other);
    };
  }

  /** A hit is on disk now. */
  keep(hit: Hit): void {
    if (judgeHit(hit).actor === 'machine') return;
    const isClick = hit.action === 'click';
    add(this.waiting, hit.messageId, { opened: !isClick, clickedAt: isClick ? new Date(hit.receivedAt) : null });
  }

  /** A replay begins: all that was kept before is in its files. */
  replayBegins(): void {
    for (const [messageId, acts] of this.waiting) add(this.leaving, messageId, acts);
    this.waiting = new Map();
  }

  /** It has written them all. */
  replayed(): void {
    this.leaving = new Map();
  }
}

function add(letters: Acts, messageId: string, acts: SpooledActs): void {
  const known = letters.get(messageId);
  if (known) letters.set(messageId, joined(known, acts));
  else if (letters.size < MAX_LETTERS) letters.set(messageId, acts);
}

function joined(one: SpooledActs, other: SpooledActs): SpooledActs {
  const [a, b] = [one.clickedAt, other.clickedAt];
  return { opened: one.opened || other.opened, clickedAt: a && b ? (a > b ? a : b) : (a ?? b) };
}

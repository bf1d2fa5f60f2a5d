import os from 'node:os';
import { type ProcessClock } from '../../platform/clock/clock.js';
import { connectionProblem } from '../../platform/database/database-error.js';
import { logger } from '../../platform/logging/logger.js';
import { newId } from '../../platform/ids.js';
import type { AlertChannel } from './alert-channel.js';
import type { Episodes } from './episodes.js';
import type { Notice } from './finding.js';
import type { Troubles } from './troubles.js';

/** So long may the database be away without anybody being told. */
const AWAY_MS = 2 * 60_000;

interface Absence {
  readonly sinceMs: number;
  readonly opened: Notice;
  /** Channels that have taken the notice of it. */
  readonly told: Set<AlertChannel>;
}

/** One look: finds troubles, keeps them as episodes and sends what is due. */
export class AlertWatch {
  private readonly log = logger(AlertWatch.name);
  private absence: Absence | undefined;
  private overdue: { readonly notice: Notice; readonly channels: Set<AlertChannel> }[] = [];

  constructor(
    private readonly troubles: Pick<Troubles, 'find'>,
    private readonly episodes: Episodes,
    private readonly channels: readonly AlertChannel[],
    private readonly clock: ProcessClock,
  ) {}

  async look(): Promise<void> {
    try {
      const names = this.channels.map(({ name }) => name);
      const { opened, recovered } = await this.episodes.record(await this.troubles.find(), names);
      if (opened + recovered > 0)
        this.log.warn('alerts began or are over', { event: 'alert.changed', opened, recovered });
      await this.databaseIsBack();
      await this.sendDue();
    } catch (error) {
      if (connectionProblem(error)) return this.databaseIsAway();
      this.log.error('troubles could not be looked for', { event: 'alert.blind' }, error);
    }
  }

  private async sendDue(): Promise<void> {
    const names = this.channels.map(({ name }) => name);
    for (let notice = await this.episodes.claim(names); notice; notice = await this.episodes.claim(names)) {
      const channel = this.channels.find(({ name }) => name === notice.channel)!;
      if (await channel.send(notice)) await this.episodes.sent(notice);
    }
  }

  /** Without a database there are no rows to agree on: every process tells it by itself, once. */
  private async databaseIsAway(): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    this.absence ??= { sinceMs: nowMs, opened: this.awayNotice(), told: new Set() };
    if (nowMs - this.absence.sinceMs < AWAY_MS) return;
    for (const channel of this.channels)
      if (!this.absence.told.has(channel) && (await channel.send(this.absence.opened))) this.absence.told.add(channel);
  }

  private async databaseIsBack(): Promise<void> {
    if (this.absence && this.absence.told.size > 0) {
      const notice: Notice = { ...this.absence.opened, event: 'recovered', recoveredAt: this.clock.now() };
      this.overdue.push({ notice, channels: new Set(this.absence.told) });
    }
    this.absence = undefined;
    for (const { notice, channels } of this.overdue)
      for (const channel of channels) if (await channel.send(notice)) channels.delete(channel);
    this.overdue = this.overdue.filter(({ channels }) => channels.size > 0);
  }

  private awayNotice(): Notice {
    const host = os.hostname();
    const text = `the database does not answer ${host}`;
    return {
      id: newId(),
      event: 'opened',
      kind: 'database_away',
      subject: host,
      text,
      openedAt: this.clock.now(),
      recoveredAt: null,
    };
  }
}

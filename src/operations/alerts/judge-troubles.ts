import { isFeedSilent, type OrderFeed } from '../../domain/order-feed.js';
import type { SystemFigures } from '../system-figures.js';
import type { Finding } from './finding.js';

/** A live store's feeds; null where nothing of the kind ever came. */
export interface StoreFeeds {
  readonly store: string;
  readonly orders: OrderFeed | null;
  readonly events: OrderFeed | null;
}

/** Everything that is looked at. */
export interface Observation {
  readonly figures: Pick<SystemFigures, 'runs' | 'letters' | 'inboxSeconds' | 'oldestTransactionSeconds'>;
  /** Ways to a provider that refuse everything. */
  readonly circuits: readonly { readonly store: string; readonly provider: string }[];
  /** Letters of the last 24 hours whose end nobody knows. */
  readonly unresolved: number;
  readonly feeds: readonly StoreFeeds[];
  readonly host: {
    readonly name: string;
    /** Free share of the disk under DATA_DIR, from 0 to 1; null where the system does not tell. */
    readonly freeDisk: number | null;
    readonly damagedSpoolFiles: number;
  };
  /** Sending is held on purpose. */
  readonly isHeld: boolean;
}

const STALLED_S = 5 * 60;
const LONG_TRANSACTION_S = 60 * 60;
const LEAST_FREE_DISK = 0.05;

/** What is wrong now. */
export function judgeTroubles(seen: Observation, now: Date): readonly Finding[] {
  return [...circuits(seen), ...unresolved(seen), ...silentFeeds(seen, now), ...stalled(seen), ...machine(seen)];
}

function circuits({ circuits }: Observation): Finding[] {
  return circuits.map(({ store, provider }) =>
    everywhere(
      'circuit_open',
      `${store} ${provider}`,
      `${provider} refuses all mail of the store ${store}; its letters wait`,
    ),
  );
}

function unresolved({ unresolved }: Observation): Finding[] {
  const text = `nobody knows whether ${unresolved} letters of the last 24 hours arrived`;
  return unresolved > 0 ? [everywhere('sends_unresolved', 'letters', text)] : [];
}

function silentFeeds({ feeds }: Observation, now: Date): Finding[] {
  return feeds.flatMap(({ store, orders, events }) => {
    if (isFeedSilent(events, now))
      return [everywhere('event_feed_silent', store, `the store ${store} sends no events, for longer than usual`)];
    return isFeedSilent(orders, now)
      ? [everywhere('order_feed_silent', store, `the store ${store} tells of no orders, for longer than usual`)]
      : [];
  });
}

/** Letters that are kept back on purpose, or because of a provider that refuses everything, are no sign of a stalled worker. */
function stalled({ figures: { runs, letters, inboxSeconds }, circuits, isHeld }: Observation): Finding[] {
  const waited = {
    runs: runs.maxSeconds,
    letters: isHeld || circuits.length > 0 ? 0 : letters.maxSeconds,
    events: inboxSeconds,
  };
  return Object.entries(waited).flatMap(([work, seconds]) =>
    seconds >= STALLED_S
      ? [everywhere('work_stalled', work, `${work} have been due for ${Math.floor(seconds / 60)} minutes`)]
      : [],
  );
}

function machine({ figures, host }: Observation): Finding[] {
  const { name, freeDisk, damagedSpoolFiles } = host;
  const here = (kind: Finding['kind'], text: string): Finding => ({ kind, subject: name, text, host: name });
  return [
    ...(figures.oldestTransactionSeconds >= LONG_TRANSACTION_S
      ? [everywhere('long_transaction', 'database', 'a transaction has been open in the database for over an hour')]
      : []),
    ...(freeDisk !== null && freeDisk < LEAST_FREE_DISK
      ? [here('disk_low', `less than 5 % of the disk under DATA_DIR is free on ${name}`)]
      : []),
    ...(damagedSpoolFiles > 0 ? [here('spool_damaged', `damaged spool files lie in DATA_DIR on ${name}`)] : []),
  ];
}

function everywhere(kind: Finding['kind'], subject: string, text: string): Finding {
  return { kind, subject, text, host: null };
}

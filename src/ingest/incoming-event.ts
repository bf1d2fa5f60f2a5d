import type { Identity } from '../contacts/who-is-who.js';

/** Columns of `contacts` that an event sets; a column that is absent stays as it is, null clears it. */
export interface FieldPatch {
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly phone?: string | null;
  readonly locale?: string | null;
  readonly timezone?: string | null;
  readonly tags?: readonly string[];
}

/** Consent or its withdrawal as an event brings it. */
export interface ConsentEvidence {
  readonly granted: boolean;
  readonly source: string;
}

/** A checked event on its way into the inbox: everything that can be made ready without the database. */
export interface IncomingEvent {
  /** Our id. */
  readonly id: string;
  readonly environmentId: string;
  readonly clock: 'real' | 'virtual';
  /** The client's id, null when it gave none: then every POST is a new event. */
  readonly key: string | null;
  /** SHA-256 of the canonical body, base64; null without a key. */
  readonly bodyHash: string | null;
  readonly type: string;
  /** As its sender dates it: it counts from then, at the latest from the environment's now. Null: from now. */
  readonly occurredAt: Date | null;
  readonly identity: Identity;
  readonly patch: FieldPatch | null;
  /** Merged key by key, a null value clears its key; null clears all; undefined leaves all. */
  readonly attributes: Readonly<Record<string, unknown>> | null | undefined;
  readonly consent: ConsentEvidence | null;
  /** The event's data as JSON text: written once, here, and copied into the statement. */
  readonly dataJson: string;
  /** Characters of JSON that its attributes and tags take: beside the data the only parts that can be large. */
  readonly aboutPersonChars: number;
}

/** What became of one event. */
export type IngestResult =
  | { readonly kind: 'stored'; readonly id: string }
  | { readonly kind: 'duplicate'; readonly id: string }
  /** The id is known with another body. */
  | { readonly kind: 'conflict' }
  /** More than five minutes ahead of the environment's clock. */
  | { readonly kind: 'in_future'; readonly now: Date; readonly clock: 'real' | 'virtual' }
  /** PostgreSQL refuses this very event; its neighbours are stored. */
  | { readonly kind: 'unstorable' }
  | { readonly kind: 'unavailable' };

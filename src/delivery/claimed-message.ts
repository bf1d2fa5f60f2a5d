import type { MessageClass } from '../domain/scenario-schema.js';

/** A due letter that this process holds until its lease runs out. */
export interface ClaimedMessage {
  readonly environmentId: string;
  readonly id: string;
  readonly storeId: string;
  readonly clock: 'real' | 'virtual';
  readonly enrollmentId: string;
  readonly contactId: string;
  readonly scenarioKey: string;
  readonly version: number;
  readonly stepId: string;
  readonly pass: number;
  readonly round: number;
  readonly messageClass: MessageClass;
  readonly templateKey: string;
  readonly templatePin: number | null;
  readonly dueAt: Date;
  /** When it was first meant to go: `dueAt` as long as nothing put it off. */
  readonly meantAt: Date;
  /** Why it was put off the last time, null when it was not. */
  readonly waitsFor: string | null;
  /** Times that this letter was on its way before. */
  readonly attempts: number;
  /** Those of them that count towards the limit, since a person last had it sent again. */
  readonly failures: number;
  /** An earlier attempt may have arrived: it can no longer end as if nothing had been sent. */
  readonly mayHaveArrived: boolean;
}

/** A batch of claimed letters; the token proves the claim in every later statement. */
export interface Claim {
  readonly token: string;
  readonly messages: readonly ClaimedMessage[];
}

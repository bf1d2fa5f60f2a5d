import { Transport, type SendResult } from './transport.js';

/** Keeps letters in the house: the ledger stores every body, so a letter is "sent" as soon as its row says so. */
export class OutboxTransport extends Transport {
  readonly name = 'outbox';
  readonly slots = 500;
  readonly deadlineMs = 1_000;
  override readonly isLedger = true;

  send(): Promise<SendResult> {
    return Promise.resolve({ kind: 'accepted', status: null, providerMessageId: null });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

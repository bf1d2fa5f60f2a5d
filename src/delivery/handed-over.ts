import { assertNever } from '../domain/assert-never.js';
import type { ClaimedMessage } from './claimed-message.js';
import type { Outcome } from './outcome.js';

/** The letters of a batch that were handed to the provider (or to the outbox), and which of them it certainly did not take. */
export class HandedOver {
  private readonly letters = new Set<ClaimedMessage>();
  private readonly notTaken = new Set<ClaimedMessage>();

  started(message: ClaimedMessage): void {
    this.letters.add(message);
  }

  /** Notes what became of it. */
  ended(message: ClaimedMessage, { result }: Outcome): void {
    if (!isTaken(result)) this.notTaken.add(message);
  }

  /** A store's letters that were handed over, and those of them that count as letters of the day. */
  of(storeId: string): { readonly started: number; readonly sent: number } {
    const started = [...this.letters].filter((message) => message.storeId === storeId);
    return { started: started.length, sent: started.filter((message) => !this.notTaken.has(message)).length };
  }
}

/** What is tried again counts when it goes. A refusal for good counts: the provider has looked at the letter, and it is over. */
function isTaken(result: Outcome['result']): boolean {
  switch (result) {
    case 'accepted':
    case 'rejected':
    case 'unknown':
      return true;
    case 'retry':
    case 'throttled':
    case 'config':
    case 'not_started':
      return false;
    default:
      return assertNever(result);
  }
}

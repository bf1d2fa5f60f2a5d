import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { type Mail, type SendResult, Transport } from '../../../src/delivery/transports/transport.js';
import type { Faults } from './faults.js';

/**
 * The point `request.written`: the last byte of a request is with the system, the answer is not there yet. It is the whole
 * process's, every request of it: only for a process of its own.
 */
export function watchRequests(faults: Faults): void {
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    request.once('finish', () => faults.at('request.written'));
  });
}

/**
 * A transport with points around each letter: `request.before` and `answer.accepted` (the provider has it, the ledger does
 * not know).
 */
export class FaultyTransport extends Transport {
  readonly name: string;
  readonly deadlineMs: number;

  constructor(
    private readonly inner: Transport,
    private readonly faults: Faults,
  ) {
    super();
    ({ name: this.name, deadlineMs: this.deadlineMs } = inner);
  }

  get slots(): number {
    return this.inner.slots;
  }

  async send(mail: Mail): Promise<SendResult> {
    this.faults.at('request.before');
    const result = await this.inner.send(mail);
    if (result.kind === 'accepted') this.faults.at('answer.accepted');
    return result;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

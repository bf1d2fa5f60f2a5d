import { Injectable } from '@nestjs/common';
import type { Lane } from '../platform/clock/lane.js';
import { Env } from '../platform/config/env.js';
import { Circuits } from './circuits.js';
import type { Claim, ClaimedMessage } from './claimed-message.js';
import { Claims } from './claims.js';
import { ComposeLetters } from './compose-letters.js';
import { Dispatch, type Dispatched } from './dispatch.js';
import { HandedOver } from './handed-over.js';
import type { Letter } from './letter.js';
import { type Admitted, SendBudgets } from './send-budgets.js';

/** What one batch did. */
export interface BatchResult {
  /** 0 means that nothing can be done now. */
  readonly claimed: number;
  readonly accepted: number;
}

const NOTHING: BatchResult = { claimed: 0, accepted: 0 };
/** How long letters rest whose scenario version this release cannot read. */
const UNREADABLE_MS = 60_000;
/** And those whose rows somebody else held: each try costs a group the guard's patience. */
const HELD_MS = 10_000;
/** Letters claimed at once. */
export const CLAIM_SIZE = 300;

/** Takes one batch of due letters through claim, rendering, the last guard, the transport and settling. */
@Injectable()
export class DeliverBatch {
  constructor(
    private readonly claims: Claims,
    private readonly composer: ComposeLetters,
    private readonly dispatch: Dispatch,
    private readonly circuits: Circuits,
    private readonly budgets: SendBudgets,
    private readonly env: Env,
  ) {}

  /** Works off up to a few hundred letters that are due in the lane; safe to run in several processes at once. */
  async run(lane: Lane): Promise<BatchResult> {
    if (lane.clock === 'real' && this.env.SENDING_HOLD) return NOTHING;
    const claim = await this.claims.take(lane, CLAIM_SIZE, this.circuits.shut());
    if (claim.messages.length === 0) return NOTHING;
    try {
      return await this.work(lane, claim);
    } catch (error) {
      await this.release(claim);
      throw error;
    }
  }

  private async work(lane: Lane, claim: Claim): Promise<BatchResult> {
    const admitted = await this.budgets.admit(lane, claim);
    const handed = new HandedOver();
    // Also after an error, and before any letter is given back: whoever takes it next asks the budget for it again.
    const { accepted, moved, left, held } = await this.sendAdmitted(lane, claim.token, admitted, handed).finally(() =>
      this.budgets.settle(admitted, handed),
    );
    for (const [storeId, messages] of byStore(left))
      await this.claims.giveBack(claim.token, messages, this.circuits.leftMs(storeId));
    await this.claims.giveBack(
      claim.token,
      held.map(({ message }) => message),
      HELD_MS,
    );
    // A letter that waits for an event is due again at once where time stands: it must not count as work that goes on.
    return { claimed: lane.clock === 'virtual' ? moved : claim.messages.length, accepted };
  }

  private async sendAdmitted(
    lane: Lane,
    token: string,
    { messages }: Admitted,
    handed: HandedOver,
  ): Promise<Dispatched> {
    const letters = await this.composer.compose(lane, messages);
    const made = new Set(letters.map(({ message }) => message));
    // The registry has said why. They are nobody else's trouble, and go out once a version that can read them runs.
    await this.claims.giveBack(
      token,
      messages.filter((message) => !made.has(message)),
      UNREADABLE_MS,
    );
    return this.dispatch.run(lane, token, letters, handed);
  }

  /** Without this the letters of a failed batch would wait for their lease; when it fails too, they do. */
  private async release(claim: Claim): Promise<void> {
    await this.claims.giveBack(claim.token, claim.messages, 1_000).catch(() => undefined);
  }
}

function byStore(letters: readonly Letter[]): ReadonlyMap<string, readonly ClaimedMessage[]> {
  const groups = new Map<string, ClaimedMessage[]>();
  for (const { message } of letters) groups.set(message.storeId, [...(groups.get(message.storeId) ?? []), message]);
  return groups;
}

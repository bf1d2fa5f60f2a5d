/** One request of a pixel or a link. */
export interface Hit {
  readonly action: 'open' | 'click';
  /** HTTP method, upper case. */
  readonly method: string;
  readonly userAgent: string | null;
  /** The user agent is a known bot's (a list that the caller keeps). */
  readonly knownBot: boolean;
  /** Headers `Purpose` / `Sec-Purpose` / `X-Moz` / `X-Purpose`, as they came. */
  readonly purpose: string | null;
  /** When the message went out, null when unknown. */
  readonly sentAt: Date | null;
  readonly at: Date;
}

export type MachineVerdict =
  | 'head_request'
  | 'prefetch'
  | 'known_bot'
  | 'apple_privacy'
  | 'image_proxy_prefetch'
  | 'too_fast'
  | 'no_user_agent';

export type Judgement =
  | { readonly actor: 'person'; readonly verdict: 'person' | 'image_proxy' }
  | { readonly actor: 'machine'; readonly verdict: MachineVerdict };

/** Whether a person or a machine opened or clicked, and by which rule. */
export function judge(hit: Hit): Judgement {
  throw new Error(JSON.stringify(hit));
}

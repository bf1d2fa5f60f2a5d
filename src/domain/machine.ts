/** One request of a pixel or a link. */
export interface Hit {
  readonly action: 'open' | 'click';
  /** HTTP method, upper case. */
  readonly method: string;
  readonly userAgent: string | null;
  /** The user agent is on a list of bots that the caller keeps. */
  readonly knownBot: boolean;
  /** Header `Sec-Purpose`, `Purpose`, `X-Purpose` or `X-Moz`, as it came. */
  readonly purpose: string | null;
  /** When the message went out; null when unknown, and where time stands still (sandbox). */
  readonly sentAt: Date | null;
  readonly at: Date;
}

/** The rule that named a machine. */
export type MachineVerdict = 'head_request' | 'prefetch' | 'known_bot' | 'apple_privacy' | 'too_fast';

export type Judgement =
  /** `image_proxy`: a mailbox fetched the picture for somebody who opened (Gmail, Yahoo). */
  | { readonly actor: 'person'; readonly verdict: 'person' | 'image_proxy' }
  | { readonly actor: 'machine'; readonly verdict: MachineVerdict };

/** Nobody reads a letter and follows a link within two seconds of its sending; scanners of incoming mail do. */
export const FASTEST_CLICK_MS = 2_000;

const PREFETCH = /prefetch|preview|prerender/i;
const IMAGE_PROXY = /GoogleImageProxy|ggpht\.com|YahooMailProxy/i;
/** Apple's mail privacy fetches every picture of every letter with just this. */
const APPLE_PRIVACY = 'Mozilla/5.0';

/** Whether a person or a machine opened or clicked, and by which rule (the first that fits). */
export function judge(hit: Hit): Judgement {
  if (hit.method === 'HEAD') return machine('head_request');
  if (hit.purpose !== null && PREFETCH.test(hit.purpose)) return machine('prefetch');
  const userAgent = hit.userAgent?.trim() ?? '';
  if (hit.action === 'open') {
    if (IMAGE_PROXY.test(userAgent)) return { actor: 'person', verdict: 'image_proxy' };
    if (userAgent === APPLE_PRIVACY) return machine('apple_privacy');
  }
  if (hit.knownBot) return machine('known_bot');
  if (hit.action === 'click' && isTooFast(hit)) return machine('too_fast');
  return { actor: 'person', verdict: 'person' };
}

function machine(verdict: MachineVerdict): Judgement {
  return { actor: 'machine', verdict };
}

function isTooFast({ sentAt, at }: Hit): boolean {
  return sentAt !== null && at.getTime() - sentAt.getTime() < FASTEST_CLICK_MS;
}

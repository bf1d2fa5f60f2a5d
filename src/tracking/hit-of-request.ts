import type { IncomingHttpHeaders } from 'node:http';
import { newId } from '../platform/ids.js';
import type { TokenClaims } from '../platform/tokens.js';
import type { Hit } from './hit.js';

/** Longer ones are cut: no rule needs more, and the sender decides on the length. */
const MAX_USER_AGENT = 500;

/** Everything that the judgement will need of a request, taken down at once. */
export function hitOfRequest(
  request: { readonly method?: string; readonly headers: IncomingHttpHeaders },
  action: Hit['action'],
  { environmentId, messageId, linkIndex, url }: TokenClaims,
  receivedAt: string,
): Hit {
  const { headers } = request;
  return {
    id: newId(),
    environmentId,
    messageId,
    action,
    linkIndex: action === 'click' ? linkIndex : null,
    url: action === 'click' ? url : null,
    receivedAt,
    method: request.method ?? 'GET', // Node leaves it out of answers only
    purpose:
      oneOf(headers['sec-purpose']) ??
      oneOf(headers['purpose']) ??
      oneOf(headers['x-purpose']) ??
      oneOf(headers['x-moz']),
    userAgent: userAgentOf(headers),
  };
}

/** The browser as far as it is kept. */
export function userAgentOf(headers: IncomingHttpHeaders): string | null {
  return headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null;
}

function oneOf(header: string | string[] | undefined): string | null {
  return (typeof header === 'string' ? header : header?.[0])?.slice(0, 100) ?? null;
}

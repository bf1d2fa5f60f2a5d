import { letterHeaders } from '../../delivery/mail-headers.js';
import { type Finding, ok, unchecked, wrong } from './finding.js';

const WAIT_MS = 5_000;
const LOOK = 'start the service, and let the proxy pass /t, /u, /p, /c and /m to it';

/** Fetches an address; `fetch` fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Whether recipients reach the service, by a token that cannot be one: the page "this link is not valid" is ours. Then whether
 * a mail program's one-click unsubscribe (RFC 8058) would arrive.
 */
export async function checkPublicUrl(
  fetch: Fetch,
  url: string | undefined,
  transport: string,
): Promise<readonly Finding[]> {
  if (!url)
    return transport === 'outbox'
      ? [
          unchecked(
            'public url',
            'PUBLIC_URL is not set: links of letters lead to this machine',
            'set it before sending',
          ),
        ]
      : [
          wrong(
            'public url',
            'PUBLIC_URL is not set: links of letters lead to localhost',
            'set it to the https address of this service',
          ),
        ];
  const base = url.replace(/\/+$/, '');
  return [scheme(base), await reachable(fetch, base), await oneClick(fetch, base)];
}

function scheme(base: string): Finding {
  return base.startsWith('https://')
    ? ok('public url', base)
    : wrong('public url', `${base} is not https`, 'RFC 8058 asks for https, and mail programs warn of plain links');
}

async function reachable(fetch: Fetch, base: string): Promise<Finding> {
  const answer = await ask(fetch, 'GET', `${base}/t/o/doctor`);
  return typeof answer !== 'string' && isOurs(answer)
    ? ok('links', 'they arrive here')
    : wrong('links', `${base}/t/o/… ${told(answer)}`, LOOK);
}

async function oneClick(fetch: Fetch, base: string): Promise<Finding> {
  const headers = letterHeaders({
    messageId: 'doctor',
    attempt: 1,
    from: { email: 'doctor@localhost', name: null },
    messageClass: 'marketing',
    unsubscribeUrl: `${base}/u/doctor`,
  });
  const target = /^<(.+)>$/.exec(headers['List-Unsubscribe'] ?? '')?.[1];
  if (!target || headers['List-Unsubscribe-Post'] !== 'List-Unsubscribe=One-Click')
    return wrong('one-click unsubscribe', 'letters lack its headers', 'this is a fault of Touchmap: report it');
  const answer = await ask(fetch, 'POST', target, 'List-Unsubscribe=One-Click');
  return typeof answer !== 'string' && isOurs(answer)
    ? ok('one-click unsubscribe', 'letters carry its headers, and its POST arrives here')
    : wrong('one-click unsubscribe', `POST ${base}/u/… ${told(answer)}`, `${LOOK}, POST as well as GET`);
}

/** The answer, or what went wrong. */
async function ask(fetch: Fetch, method: string, url: string, form?: string): Promise<Response | string> {
  try {
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(WAIT_MS),
      ...(form ? { body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } } : {}),
    });
    await answer.body?.cancel();
    return answer;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError'
      ? 'gives no answer in 5 s'
      : 'cannot be reached from here';
  }
}

/** Every answer of ours carries the request's id; a page for a token that is none is a 404. */
function isOurs(answer: Response): boolean {
  return answer.status === 404 && answer.headers.has('x-request-id');
}

function told(answer: Response | string): string {
  return typeof answer === 'string' ? answer : `is answered ${answer.status} by something else`;
}

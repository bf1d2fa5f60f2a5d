import type { SendResult } from './transport.js';

/** What @sendgrid/mail throws: an answer of the API with `response`, or what axios says of a broken request. */
export interface SendGridFailure {
  readonly message: string;
  readonly code?: string | number | undefined;
  readonly isAxiosError?: boolean | undefined;
  readonly syscall?: string | undefined;
  readonly cause?: { readonly syscall?: string | undefined } | undefined;
  readonly response?:
    | { readonly status?: number; readonly headers: unknown; readonly body?: unknown; readonly data?: unknown }
    | undefined;
}

/** Failures that happen before a request exists: no name, no route, nobody listening, no trusted certificate. */
const BEFORE_REQUEST =
  /^(ENOTFOUND|EAI_|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EPROTO$|CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;
const CONFIG_STATUS = new Set([401, 402, 403, 404, 405]);

/** Reads a failed request. Only what the API refuses in words, or what never became a request, is certain. */
export function sendGridOutcome(failure: SendGridFailure, nowMs: number): SendResult {
  if (failure.response) return answered(statusOf(failure), failure.response, nowMs);
  const detail = `${failure.code ?? 'error'}: ${failure.message}`;
  if (!failure.isAxiosError && failure.code === undefined)
    return { kind: 'rejected', status: null, code: 'invalid_mail', detail: failure.message, concerns: 'content' };
  const code = String(failure.code ?? '');
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_INVALID_URL') return { kind: 'config', status: null, detail };
  const connecting = (failure.syscall ?? failure.cause?.syscall) === 'connect';
  if (connecting || BEFORE_REQUEST.test(code))
    return { kind: 'retry', status: null, detail, retryAfterMs: null, counts: true };
  return { kind: 'unknown', status: null, detail, late: null };
}

function answered(status: number, response: NonNullable<SendGridFailure['response']>, nowMs: number): SendResult {
  // The line broke in the answer's body: its status was said already.
  if (status >= 200 && status < 300)
    return { kind: 'accepted', status, providerMessageId: messageIdOf(response.headers) };
  const fault = firstFault(response.body ?? response.data);
  const detail = fault?.message ?? `HTTP ${status}`;
  if (status === 429)
    return { kind: 'retry', status, detail, retryAfterMs: retryAfter(response.headers, nowMs), counts: false };
  if (status === 503)
    return { kind: 'retry', status, detail, retryAfterMs: retryAfter(response.headers, nowMs), counts: true };
  // The sender is the store's setting: no letter is to blame for it.
  if (CONFIG_STATUS.has(status) || status < 400 || fault?.field?.startsWith('from'))
    return { kind: 'config', status, detail };
  if (status >= 500 || status === 408) return { kind: 'unknown', status, detail, late: null };
  const code = fault?.field ? `${status}:${fault.field}` : String(status);
  const concerns = /^personalizations\.\d+\.to\b/.test(fault?.field ?? '') ? 'recipient' : 'content';
  return { kind: 'rejected', status, code, detail, concerns };
}

/** SendGrid's own id of the letter, which its reports carry. */
export function messageIdOf(headers: unknown): string | null {
  const value = (headers as Readonly<Record<string, unknown>> | null)?.['x-message-id'];
  return typeof value === 'string' ? value.slice(0, 200) : null;
}

function statusOf(failure: SendGridFailure): number {
  return failure.response?.status ?? Number(failure.code);
}

function firstFault(body: unknown): { readonly message: string; readonly field: string | null } | null {
  const errors = (body as { errors?: unknown } | null)?.errors;
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  if (typeof first !== 'object' || first === null) return null;
  const { message, field } = first as { message?: unknown; field?: unknown };
  return {
    message: typeof message === 'string' ? message : 'refused',
    field: typeof field === 'string' ? field : null,
  };
}

/** Retry-After in seconds or as a date, else X-RateLimit-Reset in epoch seconds. */
function retryAfter(headers: unknown, nowMs: number): number | null {
  const named = headers as Readonly<Record<string, unknown>> | null;
  const text = named?.['retry-after'];
  if (typeof text === 'string' && text !== '') {
    const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
    if (Number.isFinite(ms)) return Math.max(0, ms);
  }
  const reset = Number(named?.['x-ratelimit-reset'] ?? Number.NaN);
  return Number.isFinite(reset) ? Math.max(0, reset * 1000 - nowMs) : null;
}

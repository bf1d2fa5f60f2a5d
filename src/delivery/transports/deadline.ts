import type { SendResult } from './transport.js';

/**
 * The result of an attempt, or `unknown` when it is not there in time; what becomes known afterwards is then its `late`
 * part. The attempt itself goes on: nobody can call it back.
 */
export function withDeadline(attempt: Promise<SendResult>, deadlineMs: number): Promise<SendResult> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve({ kind: 'unknown', status: null, detail: `no answer within ${deadlineMs} ms`, late: attempt }),
      deadlineMs,
    );
    void attempt.then((result) => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}

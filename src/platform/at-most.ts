/**
 * What the work brings, or the error `late` when it is not there within `ms`. The work itself goes on, and whatever becomes
 * of it later has no reader.
 */
export function atMost<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

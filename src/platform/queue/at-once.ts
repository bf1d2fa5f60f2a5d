/**
 * Does the same so many times at once and waits until all are through, also when one fails: whoever goes on then finds nothing
 * still under way. Throws what the first failure threw.
 */
export async function atOnce<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const settled = await Promise.allSettled(Array.from({ length: times }, work));
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

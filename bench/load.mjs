import autocannon from 'autocannon';

/**
 * Requests a second that a server answers. Every connection has requests of its own, built before the clock starts; other
 * statuses than expected are an error, so that a server which refuses quickly does not look fast.
 * @param {object} load
 * @param {string} load.url where the server answers
 * @param {(connection: number) => object[]} load.requestsOf autocannon's requests of one connection, gone through in a circle
 * @param {number} load.expect the only status that counts
 */
export async function requestsPerSecond({ url, requestsOf, expect, seconds = 3, connections = 64 }) {
  const requests = Array.from({ length: connections }, (_, connection) => requestsOf(connection));
  const run = autocannon({
    url,
    connections,
    duration: seconds,
    setupClient: (client) => client.setRequests(requests.pop()),
  });
  // Not the duration of autocannon's own result: that begins before the requests are made into buffers.
  let from;
  run.on('start', () => (from = performance.now()));
  const { errors, statusCodeStats } = await run;
  const elapsed = (performance.now() - from) / 1_000;
  const statuses = Object.keys(statusCodeStats ?? {});
  const good = statusCodeStats?.[expect]?.count ?? 0;
  if (errors > 0 || good === 0 || statuses.length > 1)
    throw new Error(`${url}: ${errors} broken connections, answers ${JSON.stringify(statusCodeStats)}`);
  return good / elapsed;
}

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
  let connection = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    setupClient: (client) => client.setRequests(requestsOf(connection++)),
  });
  const statuses = Object.entries(result.statusCodeStats ?? {});
  const good = result.statusCodeStats?.[expect]?.count ?? 0;
  if (result.errors > 0 || good === 0 || statuses.length > 1)
    throw new Error(`${url}: ${result.errors} broken connections, answers ${JSON.stringify(result.statusCodeStats)}`);
  return good / result.duration;
}

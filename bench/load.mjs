import { connect } from 'node:net';

const HEADERS_END = '\r\n\r\n';
/** What a connection reads into; it is looked at before the next one reads. */
const CHUNK = Buffer.alloc(64 * 1_024);

/**
 * Requests a second that a server answers. Every connection has requests of its own, made into bytes before the clock starts,
 * and sends the next one when it has its answer; other statuses than expected are an error, so that a server which refuses
 * quickly does not look fast. The load shares the cores with what it measures, so it does as little as it can: it writes
 * bytes, reads a status and a length.
 * @param {object} load
 * @param {string} load.url where the server answers
 * @param {(connection: number) => Request[]} load.requestsOf requests of one connection, gone through in a circle
 * @param {number} load.expect the only status that counts
 * @typedef {{ method: string, path: string, headers?: Record<string, string>, body?: string }} Request
 */
export async function requestsPerSecond({ url, requestsOf, expect, seconds = 3, connections = 64 }) {
  const { hostname, port } = new URL(url);
  const clients = Array.from({ length: connections }, (_, connection) => {
    const requests = requestsOf(connection).map((request) => bytesOf(request, hostname));
    return new Connection(hostname, Number(port), requests, expect);
  });
  await Promise.all(clients.map((client) => client.open()));
  const from = performance.now();
  const until = from + seconds * 1_000;
  await Promise.all(clients.map((client) => client.run(until)));
  const elapsed = (performance.now() - from) / 1_000;
  return clients.reduce((sum, { answers }) => sum + answers, 0) / elapsed;
}

function bytesOf({ method, path, headers = {}, body }, host) {
  const all = { host, ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}

/** One keep-alive connection with one request under way. */
class Connection {
  answers = 0;
  #socket;
  #next = 0;
  #until = 0;
  /** What has arrived of the answer so far. */
  #rest = '';
  #resolve;
  #reject;

  constructor(host, port, requests, expect) {
    this.host = host;
    this.port = port;
    this.requests = requests;
    this.status = `HTTP/1.1 ${expect} `;
  }

  open() {
    // Read straight into memory that is kept: streams and a Buffer for every answer were a quarter of what the load costs.
    const onread = { buffer: CHUNK, callback: (length) => this.#read(CHUNK.latin1Slice(0, length)) };
    this.#socket = connect({ host: this.host, port: this.port, noDelay: true, onread });
    return new Promise((resolve, reject) => this.#socket.once('connect', resolve).once('error', reject));
  }

  /** Resolves with its last answer after `until` (of performance.now()). */
  run(until) {
    this.#until = until;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.on('error', reject);
      this.#socket.on('close', () => reject(new Error(`the server closed a connection after ${this.answers} answers`)));
      this.#send();
    });
  }

  /** True: go on reading. */
  #read(text) {
    const answer = this.#rest + text;
    const end = endOf(answer);
    if (end < 0 || end > answer.length) this.#rest = answer;
    else if (end < answer.length || !answer.startsWith(this.status))
      this.#reject(new Error(`unexpected answer: ${answer.slice(0, 500)}`));
    else this.#answered();
    return true;
  }

  #answered() {
    this.#rest = '';
    this.answers++;
    if (performance.now() < this.#until) return this.#send();
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
    this.#resolve();
  }

  #send() {
    this.#socket.write(this.requests[this.#next++ % this.requests.length]);
  }
}

/** Where an answer with a Content-Length ends; -1 while its headers are not complete. */
function endOf(answer) {
  const headersEnd = answer.indexOf(HEADERS_END);
  if (headersEnd < 0) return -1;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${answer.slice(0, headersEnd)}`);
  return headersEnd + HEADERS_END.length + Number(length);
}

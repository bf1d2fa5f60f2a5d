import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { EngagementWriter } from './engagement-writer.js';
import { HitClock } from './hit-clock.js';
import { hitOfRequest } from './hit-of-request.js';
import { PIXEL, PIXEL_HEADERS, redirectHeaders } from './hit-answers.js';
import { locationOf } from './location.js';
import { TokenReader } from './token-reader.js';

const PREFIX = '/t/c/'.length;
const PIXEL_ANSWER = Object.entries(PIXEL_HEADERS).flat();

/**
 * A way past the framework for the hits that are as they should be: a GET with a token that we signed. It stands in front of
 * the server's own listener and leaves everything else to it (other methods, touched tokens, a process that is ending), so
 * that the routes stay the one place that refuses. Router, hooks and reply of the framework cost a hit as much as everything
 * that is done for it, and none of them does anything for it: it needs no key, has no body, and its answer is known.
 */
@Injectable()
export class HitLane implements OnModuleDestroy {
  private open = true;

  constructor(
    private readonly tokens: TokenReader,
    private readonly clock: HitClock,
    private readonly writer: EngagementWriter,
  ) {}

  /** Puts the lane in front of the listeners that the server has by now. */
  lead(server: Server): void {
    const listeners = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      if (!this.take(request, response))
        for (const listener of listeners) void listener.call(server, request, response);
    });
  }

  /** The framework tells clients of an ending process to go, so it answers all of them from now on. */
  onModuleDestroy(): void {
    this.open = false;
  }

  private take(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url!;
    if (!this.open || request.method !== 'GET' || !url.startsWith('/t/')) return false;
    if (url.startsWith('c/', 3)) return this.click(tokenOf(url), request, response);
    return url.startsWith('o/', 3) && this.pixel(tokenOf(url), request, response);
  }

  private click(token: string, request: IncomingMessage, response: ServerResponse): boolean {
    const claims = this.tokens.read(token, 'click');
    const location = claims && locationOf(claims.url);
    if (!claims || !location) return false;
    void this.writer.write(hitOfRequest(request, 'click', claims, this.clock.stamp())).then(() => {
      response.writeHead(302, redirectHeaders(location));
      response.end();
    });
    return true;
  }

  private pixel(token: string, request: IncomingMessage, response: ServerResponse): boolean {
    const claims = this.tokens.read(token, 'open');
    if (!claims) return false;
    void this.writer.write(hitOfRequest(request, 'open', claims, this.clock.stamp())).then(() => {
      response.writeHead(200, PIXEL_ANSWER);
      response.end(PIXEL);
    });
    return true;
  }
}

/** What stands between the prefix and a query; anything odd in it makes it no token. */
function tokenOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url.slice(PREFIX) : url.slice(PREFIX, end);
}

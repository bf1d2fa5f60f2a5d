import 'reflect-metadata';
import { UseInterceptors } from '@nestjs/common';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { DirectRoute, registerDirectRoutes } from './direct-route.js';

const CONFIG = '__fastify_route_config__';

class Greeter {
  constructor(private readonly greeting: string) {}

  @DirectRoute()
  greet(request: FastifyRequest<{ Querystring: { name: string } }>): Promise<unknown> {
    return Promise.resolve({ text: `${this.greeting} ${request.query.name}` });
  }
}

class Watched {
  @UseInterceptors({ intercept: (_context, next) => next.handle() })
  @DirectRoute()
  greet(): Promise<unknown> {
    return Promise.resolve({});
  }
}

describe('a direct route', () => {
  /** Registers the method as Nest does: with the decorators' config, and a handler of the pipeline. */
  function serverWith(controller: object, instance: object = controller): FastifyInstance {
    const server = Fastify();
    registerDirectRoutes(server, () => instance);
    const method = (controller as { greet: object }).greet;
    const config = Reflect.getMetadata(CONFIG, method) as object;
    server.get('/greet', { config }, () => Promise.reject(new Error('the pipeline was run')));
    return server;
  }

  it('is answered by the method of the controller’s instance, without the pipeline', async () => {
    const answer = await serverWith(Greeter.prototype, new Greeter('hello')).inject('/greet?name=Anna');
    expect(answer.json()).toEqual({ text: 'hello Anna' });
  });

  it('is refused at the start where it names a part of the pipeline, which would not run', () => {
    expect(() => serverWith(new Watched())).toThrow('Watched.greet is a direct route: __interceptors__ would not run');
  });
});

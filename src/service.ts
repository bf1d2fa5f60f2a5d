import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { API_ABOUT } from './api-about.js';
import { AppModule } from './app.module.js';
import { Readiness } from './platform/health/readiness.js';
import { makeAdapter, prepareServer } from './platform/http/http-adapter.js';
import { openApiDocument, serveDocs } from './platform/http/openapi.js';
import { ProblemFilter } from './platform/http/problem.filter.js';
import { KnownParameters } from './platform/http/known-parameters.js';
import { strictValidation } from './platform/http/validation-pipe.js';
import type { Platform } from './platform/platform.js';
import { StageRunner } from './platform/queue/stage-runner.js';
import { CannotListen } from './platform/start-problem.js';
import { FirstRun, type FirstRunResult } from './stores/first-run.js';

/** A running service. */
export interface Service {
  readonly url: string;
  /** What the first start of an empty database made; null at later starts. */
  readonly firstRun: FirstRunResult | null;
  /** Of API requests, with the entities of every module. */
  readonly dataSource: DataSource;
  /** Drains and closes everything but the platform. */
  close(): Promise<void>;
}

/** The application without a listening server: for the service, and for tools that only look at it. */
export async function createApp(platform: Platform): Promise<NestFastifyApplication> {
  const { env } = platform;
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(platform), makeAdapter(env), {
    bodyParser: false, // json-body.ts has its own, with limits
    bufferLogs: false,
    abortOnError: false,
  });
  const paths = prepareServer(
    app.getHttpAdapter().getInstance(),
    (provider) => app.get(provider, { strict: false }),
    env.ROLES,
  );
  app.useGlobalFilters(new ProblemFilter(paths));
  app.useGlobalInterceptors(new KnownParameters());
  app.useGlobalPipes(strictValidation());
  if (env.ROLES.includes('api')) serveDocs(app, openApiDocument(app, API_ABOUT));
  return app;
}

/** Listens, completes the first run where this process serves the API, and declares itself ready. */
export async function startService(platform: Platform): Promise<Service> {
  const app = await createApp(platform);
  const close = async () => {
    app.get(Readiness).withdraw();
    await app.get(StageRunner).stop();
    await app.close();
  };
  try {
    const { env } = platform;
    await app.listen(env.PORT, env.HOST).catch((error: unknown) => {
      throw new CannotListen(error);
    });
    const url = reachableUrl(env.HOST, portOf(app));
    const firstRun = env.ROLES.includes('api') ? await app.get(FirstRun).ensure(url) : null;
    app.get(Readiness).declare();
    return { url, firstRun, dataSource: app.get(DataSource), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function portOf(app: NestFastifyApplication): number {
  return (app.getHttpServer().address() as { port: number }).port;
}

/** How this machine reaches a server that listens on `host`. */
function reachableUrl(host: string, port: number): string {
  const local = ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host);
  return `http://${local ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

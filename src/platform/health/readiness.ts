/** Whether the start is complete: schema, presets, first-run.json. */
export class Readiness {
  private ready = false;

  isReady(): boolean {
    return this.ready;
  }

  /** The start is complete. */
  declare(): void {
    this.ready = true;
  }

  /** The end has begun: load balancers should look elsewhere. */
  withdraw(): void {
    this.ready = false;
  }
}

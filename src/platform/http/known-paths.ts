/** Which paths exist for any method: tells 405 from 404. */
export class KnownPaths {
  private readonly patterns = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  /** Remembers a route as the router knows it: `/v1/things/:id`. */
  add(methods: string | readonly string[], url: string): void {
    const known = this.patterns.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const method of [methods].flat()) known.methods.add(method);
    this.patterns.set(url, known);
  }

  /** The methods that this path answers; empty when it does not exist. */
  methodsOf(path: string): string[] {
    const methods = new Set<string>();
    for (const known of this.patterns.values())
      if (known.pattern.test(path)) for (const method of known.methods) methods.add(method);
    return [...methods].sort();
  }
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) =>
      part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${parts.join('/')}$`);
}

/** A problem+json answer, as an error that says what the service said. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    what: string,
    problem: { readonly title?: string; readonly detail?: string; readonly errors?: readonly unknown[] },
  ) {
    super(
      `${what}: ${status} ${problem.detail ?? problem.title ?? ''} ${problem.errors ? JSON.stringify(problem.errors) : ''}`.trim(),
    );
  }
}

/** The REST API as a store's own code would call it: one key, JSON in and out. */
export class ApiClient {
  constructor(
    readonly baseUrl: string,
    private readonly key: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.call<T>('POST', path, body);
  }

  patch<T>(path: string, body: object): Promise<T> {
    return this.call<T>('PATCH', path, body);
  }

  /** @throws ApiProblem when the answer is not a 2xx. */
  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : null,
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new ApiProblem(response.status, `${method} ${path}`, answer as object);
    return answer as T;
  }
}

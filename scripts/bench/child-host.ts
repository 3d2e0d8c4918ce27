/** The far end of a contestant's own process: answers calls, one after the other as they come. */

/** What a parent asks of its child. */
export interface Call {
  id: number;
  method: string;
  params: unknown;
}

/** What the child says to one call. */
export interface Reply {
  id: number;
  result?: unknown;
  error?: string;
}

/** Answers calls until the parent lets go, then ends the process: no contestant may outlive the run. */
export function serve(methods: Record<string, (params: never) => Promise<unknown>>): void {
  process.on('message', ({ id, method, params }: Call) => {
    const answer = async (): Promise<unknown> => {
      const run = methods[method];
      if (!run) throw new Error(`there is no ${method}`);
      return run(params as never);
    };
    answer().then(
      (result) => process.send?.({ id, result } satisfies Reply),
      (error: Error) => process.send?.({ id, error: textOf(error) } satisfies Reply),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

function textOf(error: Error & { code?: string; data?: unknown }): string {
  const code = error.code ? `${error.code} ${JSON.stringify(error.data ?? {})} ` : '';
  return `${code}${error.stack ?? error.message}`;
}

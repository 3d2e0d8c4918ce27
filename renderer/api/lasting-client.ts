import { type AppClient, appContract } from '../../contract/app-contract.ts';
import { AppError } from '../../contract/errors/app-error.ts';
import { connect } from '../../contract/rpc/connect.ts';
import type { CallOptions } from '../../contract/rpc/declare.ts';
import type { Port } from '../../contract/rpc/port.ts';

type AnyMember = (input: unknown, options?: CallOptions) => unknown;
type Listener = (payload: unknown) => void;

interface Subscription {
  group: string;
  name: string;
  listener: Listener;
  leave: () => void;
}

const retryMs = 1_000;

/** A client that outlives its ports: functions and subscriptions stay good when a new port takes over. */
export class LastingClient {
  readonly client: AppClient;
  readonly #open: () => Promise<Port>;
  readonly #subscriptions = new Set<Subscription>();
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  #current: AppClient | undefined;

  constructor(open: () => Promise<Port>) {
    this.#open = open;
    this.client = this.#build();
  }

  /** Takes the first port. @throws AppError `connection.lost` when the app is not there */
  async start(): Promise<void> {
    this.#use(await this.#open());
  }

  /** Tells when the app goes and when it is back; returns how to stop listening. */
  onConnection(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #use(port: Port): void {
    this.#current = connect(appContract, port);
    for (const subscription of this.#subscriptions) this.#subscribe(subscription);
    port.onClose(() => {
      this.#current = undefined;
      this.#tell(false);
      void this.#reconnect();
    });
  }

  async #reconnect(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      const port = await this.#open().catch(() => undefined);
      if (!port) continue;
      this.#use(port);
      this.#tell(true);
      return;
    }
  }

  #tell(isConnected: boolean): void {
    for (const listener of [...this.#listeners]) listener(isConnected);
  }

  #member(group: string, name: string): AnyMember {
    const members = this.#current?.[group as keyof AppClient] as
      | Record<string, AnyMember>
      | undefined;
    const member = members?.[name];
    if (!member) throw new AppError('connection.lost', {});
    return member;
  }

  #subscribe(subscription: Subscription): void {
    const { group, name, listener } = subscription;
    const events = this.#member(group, name) as unknown as (listener: Listener) => () => void;
    subscription.leave = events(listener);
  }

  #listen(group: string, name: string, listener: Listener): () => void {
    const subscription: Subscription = { group, name, listener, leave: () => {} };
    this.#subscriptions.add(subscription);
    if (this.#current) this.#subscribe(subscription);
    return () => {
      subscription.leave();
      this.#subscriptions.delete(subscription);
    };
  }

  #build(): AppClient {
    const groups: Record<string, Record<string, unknown>> = {};
    for (const [group, members] of Object.entries(appContract)) {
      const functions: Record<string, unknown> = {};
      for (const [name, { kind }] of Object.entries(members)) {
        functions[name] = this.#functionFor(kind, group, name);
      }
      groups[group] = functions;
    }
    return groups as unknown as AppClient;
  }

  #functionFor(kind: 'call' | 'stream' | 'event', group: string, name: string): unknown {
    const member = (): AnyMember => this.#member(group, name);
    switch (kind) {
      case 'call':
        return async (input: unknown, options?: CallOptions) => member()(input, options);
      case 'stream':
        return async function* (input: unknown, options?: CallOptions) {
          return yield* member()(input, options) as AsyncGenerator;
        };
      case 'event':
        return (listener: Listener) => this.#listen(group, name, listener);
    }
  }
}

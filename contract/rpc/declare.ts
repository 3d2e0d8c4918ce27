import type * as z from 'zod';
import type { ErrorCode } from '../errors/app-error.ts';

type Schema = z.ZodType;

/** Request, then one reply. */
export interface Call<I extends Schema = Schema, O extends Schema = Schema> {
  readonly kind: 'call';
  readonly input: I;
  readonly output: O;
  readonly errors: readonly ErrorCode[];
}

/** Request, then any number of chunks, then one reply. */
export interface Stream<
  I extends Schema = Schema,
  C extends Schema = Schema,
  O extends Schema = Schema,
> {
  readonly kind: 'stream';
  readonly input: I;
  readonly chunk: C;
  readonly output: O;
  readonly errors: readonly ErrorCode[];
}

/** A past fact told to every connected port; nobody replies. */
export interface Event<P extends Schema = Schema> {
  readonly kind: 'event';
  readonly payload: P;
}

export type Member = Call | Stream | Event;
export type Contract = { readonly [group: string]: { readonly [name: string]: Member } };

/** Declares a call. `errors` are the codes it may give beside `request.invalid` and `internal`. */
export function call<I extends Schema, O extends Schema>(shape: {
  input: I;
  output: O;
  errors?: readonly ErrorCode[];
}): Call<I, O> {
  return { kind: 'call', errors: [], ...shape };
}

/** Declares a stream; leaving the loop, or aborting the signal, cancels it. */
export function stream<I extends Schema, C extends Schema, O extends Schema>(shape: {
  input: I;
  chunk: C;
  output: O;
  errors?: readonly ErrorCode[];
}): Stream<I, C, O> {
  return { kind: 'stream', errors: [], ...shape };
}

/** Declares an event. */
export function event<P extends Schema>(payload: P): Event<P> {
  return { kind: 'event', payload };
}

export interface CallOptions {
  signal?: AbortSignal;
}

/** What a handler knows of the one who asks. `signal` aborts when the caller leaves or its port closes. */
export interface Caller {
  readonly signal: AbortSignal;
}

type ClientMember<M> =
  M extends Call<infer I, infer O>
    ? (input: z.input<I>, options?: CallOptions) => Promise<z.output<O>>
    : M extends Stream<infer I, infer C, infer O>
      ? (input: z.input<I>, options?: CallOptions) => AsyncGenerator<z.output<C>, z.output<O>, void>
      : M extends Event<infer P>
        ? (listener: (payload: z.output<P>) => void) => () => void
        : never;

type HandlerMember<M> =
  M extends Call<infer I, infer O>
    ? (input: z.output<I>, caller: Caller) => Promise<z.input<O>> | z.input<O>
    : M extends Stream<infer I, infer C, infer O>
      ? (input: z.output<I>, caller: Caller) => AsyncGenerator<z.input<C>, z.input<O>, void>
      : never;

/** What the calling side holds: calls and streams as functions, events as subscriptions. */
export type Client<C extends Contract> = {
  readonly [G in keyof C]: { readonly [N in keyof C[G]]: ClientMember<C[G][N]> };
};

/** What the serving side provides for every call and stream. */
export type Handlers<C extends Contract> = {
  readonly [G in keyof C]: {
    readonly [N in keyof C[G] as C[G][N] extends Event ? never : N]: HandlerMember<C[G][N]>;
  };
};

/** What services use to announce facts. */
export type Emitter<C extends Contract> = {
  readonly [G in keyof C]: {
    readonly [N in keyof C[G] as C[G][N] extends Event ? N : never]: C[G][N] extends Event<infer P>
      ? (payload: z.input<P>) => void
      : never;
  };
};

/** The languages Parley speaks. */
export type Language = 'en' | 'zh-Hant';

type Entry = string | ((...values: never[]) => string);
type SameKeys<M> = { [K in keyof M]: M[K] extends string ? string : M[K] };

/** The sentences of one domain, in every language. */
export type Messages<M> = { readonly [L in Language]: SameKeys<M> };

/**
 * Declares the sentences of a domain. English sets the keys and the parameters; a key that is missing or
 * unknown in another language does not compile.
 */
export function defineMessages<M extends Record<string, Entry>>(messages: {
  en: M;
  'zh-Hant': NoInfer<SameKeys<M>>;
}): Messages<M> {
  return messages as Messages<M>;
}

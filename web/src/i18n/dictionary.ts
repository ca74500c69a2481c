import type { zh } from './zh';

/** The Chinese dictionary gives the keys and, by the `{placeholders}` of its texts, the parameters of each. */
export type Key = keyof typeof zh;
export type Dictionary = Readonly<Record<Key, string>>;

type Placeholder<S extends string> = S extends `${string}{${infer P}}${infer Rest}` ? P | Placeholder<Rest> : never;

/** The parameters a text needs; none for a plain text. */
export type Params<K extends Key> = Record<Placeholder<(typeof zh)[K]>, string | number>;
export type PlainKey = { [K in Key]: Placeholder<(typeof zh)[K]> extends never ? K : never }[Key];

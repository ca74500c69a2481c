/** Two languages, one signal. Reading a text inside a component subscribes it to the language. */

import { computed, signal } from '@preact/signals';
import type { Language, Names } from '../map/port';
import type { Dictionary, Key, Params, PlainKey } from './dictionary';
import { en } from './en';
import { zh } from './zh';

export type { Key, PlainKey } from './dictionary';

export const DICTIONARIES: Readonly<Record<Language, Dictionary>> = { zh, en };

export const language = signal<Language>('zh');

/** BCP 47 tag for `Intl` and the document. */
export const locale = computed(() => (language.value === 'zh' ? 'zh-CN' : 'en-GB'));

function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** The text of a key in the chosen language. */
export function t<K extends PlainKey>(key: K): string;
export function t<K extends Key>(key: K, params: Params<K>): string;
export function t(key: Key, params?: Readonly<Record<string, string | number>>): string {
  const text = DICTIONARIES[language.value][key];
  return params === undefined ? text : fill(text, params);
}

/** The text of a key that is only known at run time; null when no dictionary has it. */
export function lookUp(key: string, params: Readonly<Record<string, string | number>> = {}): string | null {
  const dictionary: Readonly<Record<string, string>> = DICTIONARIES[language.value];
  return Object.hasOwn(dictionary, key) ? fill(dictionary[key]!, params) : null;
}

/** A record's name in the chosen language. */
export function name(names: Names): string {
  return names[language.value];
}

/** The language to begin with: asked for in the address, chosen before, or the browser's own. */
export function firstLanguage(asked: string | null, kept: string | null, browser: readonly string[]): Language {
  for (const wish of [asked, kept]) if (wish === 'zh' || wish === 'en') return wish;
  return browser
    .find((tag) => /^(zh|en)\b/i.test(tag))
    ?.toLowerCase()
    .startsWith('en')
    ? 'en'
    : 'zh';
}

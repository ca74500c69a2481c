/** Every word of the alarm desk, the dashboard and the explanation in both languages, loaded with them. */

import { language } from '../../i18n';
import { en } from './en';
import { zh } from './zh';

type Key = keyof typeof zh;

export const WORDS = { zh, en };

/** A text of the alarm views in the chosen language; a key that no dictionary has comes back as it is. */
export function w(key: Key, params: Readonly<Record<string, string | number>> = {}): string {
  const text = WORDS[language.value][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** The text of a key made at run time; `fallback` when there is none. */
export function wordOr(key: string, fallback: string): string {
  const words: Readonly<Record<string, string>> = WORDS[language.value];
  return Object.hasOwn(words, key) ? words[key]! : fallback;
}

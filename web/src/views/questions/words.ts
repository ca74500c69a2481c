/** Every word of the questions in both languages, loaded with them. */

import { language } from '../../i18n';
import { en } from './en';
import { zh } from './zh';

export type Word = keyof typeof zh;
export const WORDS = { zh, en };

export function w(key: Word, params: Readonly<Record<string, string | number>> = {}): string {
  return WORDS[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** The text of a key made at run time; `fallback` when there is none. */
export function wordOr(key: string, fallback: string): string {
  const words: Readonly<Record<string, string>> = WORDS[language.value];
  return Object.hasOwn(words, key) ? words[key]! : fallback;
}

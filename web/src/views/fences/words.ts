/** Words of the fence editor, in both languages; they come with it. */
import type { FenceFaultRecord } from '../../api/types.gen';
import { language } from '../../i18n';
import { en } from './words.en';
import { zh } from './words.zh';

export type Word = keyof typeof zh;
export const WORDS: Readonly<Record<'zh' | 'en', Readonly<Record<Word, string>>>> = { zh, en };

type Params = Readonly<Record<string, string | number | null>>;

/** A word of the editor in the chosen language. */
function word(key: Word, params: Params = {}): string {
  return WORDS[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** A word that is only known at run time; null when there is none. */
function known(key: string, params: Params = {}): string | null {
  return Object.hasOwn(zh, key) ? word(key as Word, params) : null;
}

/** What is wrong, with the field it is about. */
function fault(of: Pick<FenceFaultRecord, 'code' | 'field' | 'params'>): string {
  const said = known(`fault.${of.code}`, { ...of.params, field: fieldName(of.field) });
  if (said !== null) return said;
  return word('fault.field', { field: fieldName(of.field), detail: String(of.params['detail'] ?? of.code) });
}

/** The name of a field of a fence; of a nested one that of its nearest known part. */
export function fieldName(field: string): string {
  const parts = field.split('.').filter((part) => !/^\d+$/.test(part));
  for (let n = 0; n < parts.length; n++) {
    const name = known(`field.${parts.slice(n).join('.')}`);
    if (name !== null) return name;
  }
  for (let n = parts.length; n > 0; n--) {
    const name = known(`field.${parts.slice(0, n).join('.')}`) ?? known(`field.${parts[n - 1]}`);
    if (name !== null) return name;
  }
  return field;
}

export const w = Object.assign(word, { known, fault });

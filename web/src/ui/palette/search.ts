/** Finds things by code or name, in either language. Pure. */

import type { Names } from '../../map/port';

export type EntryKind = 'person' | 'vehicle' | 'tag' | 'asset' | 'zone' | 'fence' | 'camera' | 'sensor' | 'action';

export interface Entry<T> {
  kind: EntryKind;
  code: string;
  names: Names;
  /** Other words it answers to: tag number, plate, team. */
  also?: readonly string[];
  /** What choosing it means. */
  value: T;
}

/** Kinds in the order of urgency: people before steel before settings. */
const KIND_ORDER: Readonly<Record<EntryKind, number>> = {
  person: 0,
  vehicle: 1,
  tag: 2,
  asset: 3,
  zone: 4,
  fence: 5,
  camera: 6,
  sensor: 7,
  action: 8,
};

/** Folds case, width (Ｔ－１０１) and accents, so that what is typed matches what is written. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

const plain = (text: string): string => text.replace(/[\s\-_.:/]/g, '');

/** How well one field answers a word: 0 not at all, higher is better. */
function grade(field: string, word: string): number {
  if (field === word) return 100;
  const bare = plain(field);
  const wanted = plain(word);
  if (wanted === '') return 0;
  if (bare === wanted) return 95;
  if (field.startsWith(word) || bare.startsWith(wanted)) return 80;
  if (field.split(/[\s\-_.:/()（）]+/).some((part) => part.startsWith(word))) return 60;
  if (bare.includes(wanted)) return 40;
  return 0;
}

/** A prepared entry; folding thousands of names is done once, not at every key. */
export interface Prepared<T> {
  entry: Entry<T>;
  code: string;
  fields: readonly string[];
}

export function prepare<T>(entries: readonly Entry<T>[]): Prepared<T>[] {
  return entries.map((entry) => ({
    entry,
    code: folded(entry.code),
    fields: [entry.names.zh, entry.names.en, ...(entry.also ?? [])].map(folded),
  }));
}

/** The best entries for a query. Every word must be found; codes count more than names. */
export function search<T>(prepared: readonly Prepared<T>[], query: string, limit: number): Entry<T>[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const hits: { entry: Entry<T>; score: number }[] = [];
  for (const { entry, code, fields } of prepared) {
    let score = 0;
    for (const word of words) {
      let best = grade(code, word) * 1.1;
      for (const field of fields) best = Math.max(best, grade(field, word));
      if (best === 0) {
        score = 0;
        break;
      }
      score += best;
    }
    if (score > 0) hits.push({ entry, score });
  }
  hits.sort(
    (a, b) =>
      b.score - a.score ||
      KIND_ORDER[a.entry.kind] - KIND_ORDER[b.entry.kind] ||
      a.entry.code.localeCompare(b.entry.code, 'en', { numeric: true }),
  );
  return hits.slice(0, limit).map((hit) => hit.entry);
}

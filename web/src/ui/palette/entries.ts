/** Everything the palette can find: people, vehicles, tags, equipment, areas, measuring points, and things to do. */

import type { PeopleTable } from '../../api/types.gen';
import { DICTIONARIES, type PlainKey } from '../../i18n';
import { LAYERS, type LayerName, type LayerSwitches, type Names } from '../../map/port';
import type { Records } from '../../store/records';
import type { Selection } from '../../store/selection';
import type { ViewKey } from '../../store/views';
import { MODES, VIEWS } from '../../views/registry';
import type { Entry } from './search';

export type Action =
  | { act: 'layer'; layer: LayerName }
  | { act: 'view'; view: ViewKey }
  | { act: 'mode'; mode: 'replay' }
  | { act: 'language' | 'theme' | 'tilt' | 'home' | 'fit' | 'north' | 'alarms' | 'help' };
export type Choice = Selection | Action;

const both = (key: PlainKey): Names => ({ zh: DICTIONARIES.zh[key], en: DICTIONARIES.en[key] });

/** Things that are not worth finding one by one: there are many and nobody asks for them by name. */
const UNSEARCHED = new Set(['road', 'bund', 'pipe_rack']);

/** The records and movers as entries. */
export function thingEntries(people: PeopleTable, read: Records | null): Entry<Choice>[] {
  const entries: Entry<Choice>[] = [];
  for (const row of people.rows) {
    const value: Selection = { kind: 'mover', id: row.id };
    const also = [row.tag, row.team].filter((word) => word !== null);
    entries.push({ kind: row.kind, code: row.id, names: row.names, also, value });
    if (row.tag !== null && row.kind !== 'tag') {
      entries.push({ kind: 'tag', code: row.tag, names: row.names, value });
    }
  }
  if (read === null) return entries;
  for (const asset of read.assets) {
    if (UNSEARCHED.has(asset.kind) || (asset.kind === 'camera' && read.camera.has(asset.code))) continue;
    entries.push({ kind: 'asset', code: asset.code, names: asset.names, value: { kind: 'asset', id: asset.code } });
  }
  const named = [
    ['zone', read.zones],
    ['fence', read.fences],
    ['camera', read.cameras],
    ['sensor', read.sensors],
  ] as const;
  for (const [kind, items] of named) {
    for (const item of items) {
      entries.push({ kind, code: item.code, names: item.names, value: { kind, id: item.code } });
    }
  }
  return entries;
}

/** Things to do. */
export function actionEntries(layers: LayerSwitches): Entry<Choice>[] {
  const acts = ['home', 'fit', 'tilt', 'north', 'alarms', 'theme', 'language', 'help'] as const;
  const entries: Entry<Choice>[] = acts.map((act) => ({
    kind: 'action',
    code: '',
    names: both(`palette.action.${act}`),
    value: { act },
  }));
  for (const view of VIEWS) {
    entries.push({ kind: 'action', code: '', names: view.title, value: { act: 'view', view: view.key } });
  }
  for (const mode of MODES) {
    entries.push({ kind: 'action', code: '', names: mode.title, value: { act: 'mode', mode: mode.key } });
  }
  for (const layer of LAYERS) {
    const pattern = both(`layers.${layer}`);
    const template = layers[layer] ? 'palette.action.layer.off' : 'palette.action.layer.on';
    entries.push({
      kind: 'action',
      code: '',
      names: {
        zh: DICTIONARIES.zh[template].replace('{layer}', pattern.zh),
        en: DICTIONARIES.en[template].replace('{layer}', pattern.en),
      },
      value: { act: 'layer', layer },
    });
  }
  return entries;
}

/** Every view beside the live plant. A new one is an entry here, a key in `store/views.ts`, and a folder beside this file. */

import { RadioTower } from 'lucide';
import type { ComponentType } from 'preact';
import type { IconNode } from 'lucide';
import type { Names } from '../map/port';
import type { ViewKey } from '../store/views';

export interface ViewEntry {
  key: ViewKey;
  icon: IconNode;
  /** Short, for the rail. */
  label: Names;
  /** Longer, for the help and the search. */
  title: Names;
  /** The key that opens and closes it. */
  letter: string;
  /** `foot`: under the map; `side`: left over the map; `page`: over the whole map. */
  place: 'foot' | 'side' | 'page';
  load: () => Promise<ComponentType>;
}

export const VIEWS: readonly ViewEntry[] = [
  {
    key: 'commissioning',
    icon: RadioTower,
    label: { zh: '定位调试', en: 'Setup' },
    title: { zh: '定位调试', en: 'Commissioning of the positioning' },
    letter: 'c',
    place: 'foot',
    load: () => import('./commissioning/Panel').then((module) => module.CommissioningPanel),
  },
];

export const viewEntry = (key: ViewKey | null): ViewEntry | undefined => VIEWS.find((one) => one.key === key);

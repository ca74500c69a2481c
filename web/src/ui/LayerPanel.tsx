import type { PlainKey } from '../i18n';
import { name, t } from '../i18n';
import { DEGRADED, NEVER_SEEN, type LayerName } from '../map/port';
import { FRAME } from '../api/types.gen';
import { now_ms, roles } from '../store/live';
import { layerPanelOpen, layers, toggleLayer } from '../store/preferences';
import { session } from '../store/session';
import { openView } from '../store/views';
import { viewEntry } from '../views/registry';
import { RoleGlyph } from './marks';

const GROUPS: readonly { title: PlainKey; layers: readonly LayerName[] }[] = [
  { title: 'layers.group.live', layers: ['people', 'names', 'vehicles'] },
  { title: 'layers.group.safety', layers: ['zones', 'fences', 'detectors'] },
  { title: 'layers.group.plant', layers: ['units', 'labels', 'liquids', 'cameras', 'frusta', 'anchors'] },
];

function Switch({ layer }: { layer: LayerName }) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={layers.value[layer]}
        onChange={() => toggleLayer(layer)}
        data-testid={`layer-${layer}`}
      />
      <span class="switch-track" />
      <span>{t(`layers.${layer}`)}</span>
    </label>
  );
}

/** Roles, their shapes and how many of each are on site: the legend is the count. */
function Legend() {
  void now_ms.value;
  const positions = session.value?.positions;
  const perRole = new Map<string, { sure: number; unsure: number }>();
  const frame = positions?.frame ?? null;
  if (positions !== undefined && frame !== null) {
    const { rows } = positions.table;
    for (let i = 0; i < Math.min(rows.length, frame.n); i++) {
      const row = rows[i]!;
      const status = frame.status[i]!;
      if (row.kind !== 'person' || (status & NEVER_SEEN) !== 0) continue;
      const found = perRole.get(row.role ?? '') ?? { sure: 0, unsure: 0 };
      if ((status & FRAME.STATUS_MASK) <= DEGRADED) found.sure += 1;
      else found.unsure += 1;
      perRole.set(row.role ?? '', found);
    }
  }
  return (
    <section class="legend" aria-label={t('legend.title')}>
      <h3>{t('legend.title')}</h3>
      {frame === null || perRole.size === 0 ? (
        <p class="muted">{frame === null ? '—' : t('legend.none')}</p>
      ) : (
        <ul>
          {roles.value
            .filter((role) => perRole.has(role.code))
            .map((role) => {
              const { sure, unsure } = perRole.get(role.code)!;
              return (
                <li key={role.code}>
                  <RoleGlyph glyph={role.glyph} />
                  <span>{name(role.names)}</span>
                  <span class="legend-count">
                    {sure}
                    {unsure > 0 && <span class="unsure"> + {unsure}?</span>}
                  </span>
                </li>
              );
            })}
        </ul>
      )}
    </section>
  );
}

/** Which things are drawn. */
export function LayerPanel() {
  // A view on the left takes its place.
  if (!layerPanelOpen.value || viewEntry(openView.value)?.place === 'side') return null;
  return (
    <aside class="layer-panel" aria-label={t('layers.title')} data-testid="layers">
      {GROUPS.map((group) => (
        <section key={group.title}>
          <h3>{t(group.title)}</h3>
          {group.layers.map((layer) => (
            <Switch key={layer} layer={layer} />
          ))}
        </section>
      ))}
      <Legend />
    </aside>
  );
}

import { Box, Compass, House, Maximize, Minus, Plus, Square } from 'lucide';
import { t } from '../i18n';
import { map, view } from '../store/map';
import { Icon } from './Icon';

const STEPS = [1, 2, 5];
/** The bar is at most this long, CSS pixels. */
const LONGEST_PX = 120;

/** The longest round length that fits, and how long it is drawn. */
export function scaleBar(metres_per_px: number): { metres: number; px: number } {
  const longest = metres_per_px * LONGEST_PX;
  const decade = 10 ** Math.floor(Math.log10(longest));
  const metres = decade * (STEPS.filter((step) => step * decade <= longest).at(-1) ?? 1);
  return { metres, px: metres / metres_per_px };
}

function ScaleBar() {
  const metresPerPx = view.value?.metres_per_px ?? 0;
  if (!(metresPerPx > 0)) return null;
  const { metres, px } = scaleBar(metresPerPx);
  return (
    <div class="scale" style={{ width: `${px}px` }} data-testid="scale">
      {metres >= 1000 ? `${metres / 1000} km` : metres >= 1 ? `${metres} m` : `${Math.round(metres * 100)} cm`}
    </div>
  );
}

/** Bottom right of the map: turn, tilt, zoom, whole plant, home. */
export function MapControls() {
  const now = map.value;
  if (now === null) return null;
  const flat = (view.value?.pitch_deg ?? 0) < 1;
  const buttons = [
    { label: t('map.zoomIn'), icon: Plus, run: () => now.zoomBy(1) },
    { label: t('map.zoomOut'), icon: Minus, run: () => now.zoomBy(-1) },
    { label: t('map.tilt'), icon: flat ? Square : Box, run: () => now.toggle3d() },
    { label: t('map.fit'), icon: Maximize, run: () => now.fit() },
    { label: t('map.home'), icon: House, run: () => now.home() },
  ];
  return (
    <div class="map-controls">
      <ScaleBar />
      <div class="map-buttons">
        <button
          type="button"
          class="icon-button"
          title={t('map.north')}
          aria-label={t('map.north')}
          onClick={() => now.north()}
        >
          <span class="compass" style={{ transform: `rotate(${-(view.value?.bearing_deg ?? 0)}deg)` }}>
            <Icon node={Compass} />
            <i>N</i>
          </span>
        </button>
        {buttons.map(({ label, icon, run }) => (
          <button key={label} type="button" class="icon-button" title={label} aria-label={label} onClick={run}>
            <Icon node={icon} />
          </button>
        ))}
      </div>
    </div>
  );
}

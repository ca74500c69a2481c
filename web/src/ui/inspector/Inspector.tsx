import { selection } from '../../store/selection';
import { AlarmInspector } from './Alarm';
import { FenceInspector, ZoneInspector } from './Area';
import { AssetInspector } from './Asset';
import { CameraInspector } from './Camera';
import { MoverInspector } from './Mover';
import { SensorInspector } from './Sensor';

const INSPECTORS = {
  mover: MoverInspector,
  asset: AssetInspector,
  sensor: SensorInspector,
  zone: ZoneInspector,
  fence: FenceInspector,
  camera: CameraInspector,
  alarm: AlarmInspector,
} as const;

/** Whatever is selected, looked at closely. */
export function Inspector() {
  const of = selection.value;
  if (of === null) return null;
  const Shown = INSPECTORS[of.kind];
  return <Shown key={`${of.kind}:${of.id}`} of={of} />;
}

import { name, t } from '../../i18n';
import { age, metres, number } from '../../i18n/format';
import { cameras, now_ms, people } from '../../store/live';
import { sees } from '../../store/place';
import { records } from '../../store/records';
import type { Selection } from '../../store/selection';
import { session } from '../../store/session';
import { MoverLink } from './about';
import { Gone } from './Gone';
import { Details, Facts, InspectorFrame, Section, StateLine } from './parts';

/** A report older than this says nothing about now. */
const REPORT_OLD_S = 60;

/** A camera: whether it runs, where it looks, who is in its view. */
export function CameraInspector({ of }: { of: Selection }) {
  const camera = records.value?.camera.get(of.id);
  if (camera === undefined) return <Gone of={of} />;
  const now = cameras.value.get(of.id);
  const old_s = now === undefined ? null : (now_ms.value - Date.parse(now.t)) / 1000;
  const positions = session.value?.positions;
  const inView = people.value.rows
    .map((row) => row.id)
    .filter((id) => {
      const place = positions?.at(id) ?? null;
      return place !== null && sees(camera, place.x_m, place.y_m, place.z_m);
    });
  const tone = now === undefined || old_s === null || old_s > REPORT_OLD_S ? 'stale' : now.online ? 'good' : 'bad';
  const word = now === undefined ? t('state.notReported') : t(now.online ? 'state.online' : 'state.offline');
  return (
    <InspectorFrame of={of} kind={t('kind.camera')} title={name(camera.names)} code={camera.code}>
      <StateLine tone={tone}>
        {word}
        {old_s !== null && <span class="muted">{t('state.since', { age: age(old_s) })}</span>}
      </StateLine>
      <Facts
        facts={[
          { label: t('inspect.fps'), value: now === undefined ? '—' : `${number(now.fps, 0)} fps` },
          { label: t('inspect.heading'), value: `${number(camera.heading_deg, 0)}°` },
          { label: t('inspect.reach'), value: metres(camera.reach_m) },
        ]}
      />
      <Section title={t('inspect.views')} empty={t('inspect.insideNow.none')} count={inView.length}>
        {inView.length === 0
          ? undefined
          : [
              <ul key="views">
                {inView.map((id) => (
                  <MoverLink key={id} id={id} />
                ))}
              </ul>,
            ]}
      </Section>
      <Details
        facts={[
          {
            label: t('inspect.fov'),
            value: `${number(camera.hfov_deg, 0)}° · ${camera.width_px} × ${camera.height_px}`,
          },
          { label: t('inspect.mount'), value: metres(camera.z_m) },
        ]}
      />
    </InspectorFrame>
  );
}

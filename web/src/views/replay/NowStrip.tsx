import { Undo2 } from 'lucide';
import { t } from '../../i18n';
import { clock } from '../../i18n/format';
import { alarms as shownAlarms, isUnacknowledged, priorityOf, reading } from '../../store/alarms';
import { liveness, wall_ms, zone } from '../../store/live';
import { closeReplay } from '../../store/replay';
import { select } from '../../store/selection';
import { liveFeed } from '../../store/stage';
import { whatHappened } from '../../ui/alarmText';
import { Icon } from '../../ui/Icon';
import { PriorityMark } from '../../ui/marks';
import { w } from './words';

/** What happens now, while one looks at the past: live alarms are announced, and lead back to the present. */
export function NowStrip() {
  const open = liveFeed.watched(shownAlarms).filter(isUnacknowledged).toSorted(reading);
  const [newest] = open;
  const lost = liveness.value.kind === 'lost';
  const back = () => {
    closeReplay();
    if (newest !== undefined) select({ kind: 'alarm', id: newest.id });
  };
  return (
    <section class="now-strip" aria-label={w('now.title')} title={w('now.title')} data-testid="now-strip">
      <b class="now-block">{w('now')}</b>
      <time>{clock(wall_ms.value, zone.value)}</time>
      <span class="now-text" aria-live="polite">
        {lost && <strong>{w('now.lost')}</strong>}
        {!lost && newest === undefined && w('now.none')}
        {!lost && newest !== undefined && (
          <>
            <PriorityMark priority={priorityOf(newest)} hollow={false} />
            <strong>{w('now.unack', { n: open.length })}</strong>
            <button type="button" class="now-alarm" onClick={back}>
              {clock(Date.parse(newest.raised), zone.value)} {whatHappened(newest)}
            </button>
          </>
        )}
      </span>
      <button type="button" class="button" onClick={closeReplay} data-testid="now-back">
        <Icon node={Undo2} size={0.875} />
        {t('mode.backToLive')}
      </button>
    </section>
  );
}

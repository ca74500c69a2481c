import { useEffect, useRef, useState } from 'preact/hooks';
import { reason } from '../../api/fault';
import type { FencePreviewRecord } from '../../api/types.gen';
import { name } from '../../i18n';
import { age, clock, exact } from '../../i18n/format';
import { head, zone } from '../../store/live';
import { calls } from './calls';
import { bodyOf, frame, type Draft } from './editor';
import { showPlace } from './SketchLayer';
import { trialPlaces } from './compared';
import { w } from './words';

const ASK_MS = 800;

/** What the draft would have raised in the last 24 hours: found as it goes, with the way to each place. */
export function PreviewPanel({ of, onClose }: { of: Draft; onClose: () => void }) {
  const [told, setTold] = useState<FencePreviewRecord | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const tried = useRef(of);
  const plant = head.value?.code ?? null;
  useEffect(() => {
    const by = frame.peek();
    if (plant === null || by === null) return undefined;
    let gone = false;
    let id: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    tried.current = of;
    setTold(null);
    setFault(null);
    const follow = (record: FencePreviewRecord) => {
      id = record.id;
      if (gone) return;
      setTold(record);
      trialPlaces.value = record.alarms.map(({ lon, lat, kind }) => ({ lon, lat, text: kind }));
      if (record.state !== 'waiting' && record.state !== 'running') return;
      timer = setTimeout(() => calls.preview(plant, record.id).then(follow, failed), ASK_MS);
    };
    const failed = (error: unknown) => {
      if (!gone) setFault(reason(error));
    };
    calls.startPreview(plant, of.code, bodyOf(of, by)).then(follow, failed);
    return () => {
      gone = true;
      clearTimeout(timer);
      trialPlaces.value = [];
      if (id !== null) calls.cancelPreview(plant, id).catch(() => undefined);
    };
  }, [plant, round]);
  const running = fault === null && (told === null || told.state === 'waiting' || told.state === 'running');
  const stop = () => {
    if (told !== null && plant !== null) void calls.cancelPreview(plant, told.id).catch(() => undefined);
  };
  return (
    <section
      class="fence-trial"
      aria-label={w('preview.title')}
      data-testid="fence-trial"
      data-state={told?.state ?? 'waiting'}
    >
      <h3>{w('preview.title')}</h3>
      {fault !== null && (
        <p class="fence-alert" role="alert">
          {w('preview.failed', { reason: fault })}
        </p>
      )}
      {running && (
        <>
          <p class="fence-notice" role="status">
            {told === null || told.state === 'waiting'
              ? w('preview.wait')
              : w('preview.running', { percent: Math.round(told.progress * 100) })}
          </p>
          <progress max={1} value={told?.progress ?? 0} />
        </>
      )}
      {told?.state === 'failed' && (
        <p class="fence-alert" role="alert">
          {w('preview.failed', { reason: told.reason })}
        </p>
      )}
      {told?.state === 'cancelled' && <p class="fence-notice">{w('preview.cancelled')}</p>}
      {tried.current !== of && <p class="fence-notice">{w('preview.stale')}</p>}
      {told !== null && (
        <p data-testid="fence-trial-total">
          {told.total > 0
            ? w('preview.n', { n: told.total, people: told.people, fixes: told.fixes })
            : told.state === 'done' &&
              (told.fixes === 0 ? w('preview.empty') : w('preview.none', { people: told.people, fixes: told.fixes }))}
        </p>
      )}
      {told !== null && told.total > told.alarms.length && (
        <p class="fence-notice">{w('preview.more', { n: told.alarms.length })}</p>
      )}
      {told !== null && told.alarms.length > 0 && (
        <ol class="fence-trial-list">
          {told.alarms.map((alarm, i) => (
            <li key={i}>
              <button
                type="button"
                title={exact(Date.parse(alarm.raised), zone.value)}
                onClick={() => showPlace(alarm.lon, alarm.lat)}
              >
                <time>{clock(Date.parse(alarm.raised), zone.value)}</time>
                <b>{w.known(`kind.${alarm.kind}`) ?? alarm.kind}</b>
                <span>{alarm.subject === '' ? '—' : name(alarm.names)}</span>
                <small>
                  {alarm.ended === null ? '…' : age((Date.parse(alarm.ended) - Date.parse(alarm.raised)) / 1000)}
                </small>
              </button>
            </li>
          ))}
        </ol>
      )}
      <div class="fence-buttons">
        {running ? (
          <button type="button" class="button" onClick={stop}>
            {w('preview.cancel')}
          </button>
        ) : (
          <button type="button" class="button" onClick={() => setRound(round + 1)}>
            {w('preview')}
          </button>
        )}
        <button type="button" class="button" onClick={onClose}>
          {w('trial.close')}
        </button>
      </div>
    </section>
  );
}

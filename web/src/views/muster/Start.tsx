import { Siren } from 'lucide';
import { useState } from 'preact/hooks';
import { head } from '../../store/live';
import { records } from '../../store/records';
import { Icon } from '../../ui/Icon';
import { useCommand } from './command';
import { w } from './words';

/** Calling everybody to the muster points. A real evacuation is asked for twice, a drill once. */
export function Start({ after }: { after: boolean }) {
  const [reason, setReason] = useState('');
  const [asked, setAsked] = useState(false);
  const { send, waiting, fault } = useCommand();
  const given = reason.trim() !== '';
  const points = records.value?.fences.some((fence) => fence.purpose === 'muster') ?? true;
  const start = (drill: boolean) => {
    setAsked(false);
    void send('', { drill, reason: reason.trim() });
  };
  return (
    <div class="muster-start">
      {!after && <p class="empty">{w('none')}</p>}
      <p class="muted">{w('start.what')}</p>
      {!points && (
        <p class="muster-fault" role="alert">
          {w('none.points')}
        </p>
      )}
      <textarea
        class="muster-text"
        rows={2}
        maxLength={500}
        placeholder={w('start.reason')}
        aria-label={w('start.reason')}
        value={reason}
        onInput={(event) => setReason(event.currentTarget.value)}
        data-testid="muster-reason"
      />
      <div class="muster-actions">
        {asked ? (
          <>
            <strong>{w('start.confirm')}</strong>
            <button type="button" class="button is-main" onClick={() => start(false)} data-testid="muster-sure">
              {w('start')}
            </button>
            <button type="button" class="button" onClick={() => setAsked(false)}>
              {w('start.no')}
            </button>
          </>
        ) : (
          <>
            <button
              type="button"
              class="button"
              disabled={!given || waiting || head.value === null}
              onClick={() => start(true)}
              data-testid="muster-drill"
            >
              {w('start.drill')}
            </button>
            <button
              type="button"
              class="button is-danger"
              disabled={!given || waiting || head.value === null}
              onClick={() => setAsked(true)}
              data-testid="muster-real"
            >
              <Icon node={Siren} size={0.875} />
              {w('start')}
            </button>
          </>
        )}
      </div>
      {!given && <p class="muted">{w('start.needed')}</p>}
      {waiting && <p role="status">{w('sent')}</p>}
      {fault !== null && (
        <p class="muster-fault" role="alert">
          {w('failed', { reason: fault })}
        </p>
      )}
    </div>
  );
}

import { ArchiveRestore, Clock, Hammer, History, MessageCircleQuestionMark, RotateCcw } from 'lucide';
import type { AlarmRecord } from '../../api/types.gen';
import { name } from '../../i18n';
import { age } from '../../i18n/format';
import { acknowledgeFault, acknowledging, isUnacknowledged } from '../../store/alarms';
import { catalogue } from '../../store/catalogue';
import { now_ms, wall_ms } from '../../store/live';
import { openReplay, replaying } from '../../store/replay';
import { operatorName } from '../../store/session';
import { openAlarmDialog, openExplanation } from '../../ui/alarmDialog';
import { Icon } from '../../ui/Icon';
import { tell } from './calls';
import { whole } from './day';
import { Steps } from './Dialogs';
import { w } from './words';
import './dialogs.css';

async function say(alarm: AlarmRecord, command: 'reset' | 'unshelve'): Promise<void> {
  const fault = await tell(alarm, command, command === 'reset' ? { note: '' } : { reason: '' });
  if (fault !== null) acknowledgeFault.value = { id: alarm.id, reason: fault };
}

/** A replay stands this long before the alarm, and reaches this far around it. */
const LEAD_MS = 30_000;
const AROUND_MS = 600_000;

function replayAround(at_ms: number): void {
  openReplay({
    at_ms: at_ms - LEAD_MS,
    from_ms: at_ms - AROUND_MS,
    to_ms: Math.min(at_ms + AROUND_MS, wall_ms.peek()),
  });
}

/** What the kind of an alarm means and asks for, how far it is handled, what lies over it, and what can be done. */
export function More({ alarm }: { alarm: AlarmRecord }) {
  const kind = catalogue.value.get(alarm.kind);
  const { shelved, suppressed, out_of_service: out } = alarm;
  const waiting = acknowledging.value.has(alarm.id);
  const left_s = shelved === null ? 0 : (Date.parse(shelved.until) - now_ms.value) / 1000;
  return (
    <div class="alarm-more-of" data-testid="alarm-more-of">
      {shelved !== null && (
        <p class="alarm-over">
          {w(shelved.one_shot ? 'over.shelved.once' : 'over.shelved', {
            by: operatorName(shelved.by),
            left: age(left_s),
            reason: shelved.reason,
          })}
        </p>
      )}
      {suppressed !== null && (
        <p class="alarm-over">
          {w('over.suppressed', {
            cause: suppressed.cause,
            since: age((now_ms.value - Date.parse(suppressed.since)) / 1000),
          })}
        </p>
      )}
      {out !== null && (
        <p class="alarm-over">
          {w('over.out', {
            by: operatorName(out.by),
            since: age((now_ms.value - Date.parse(out.since)) / 1000),
            reason: out.reason,
          })}
        </p>
      )}
      {kind !== undefined && (
        <dl class="alarm-meaning">
          <dt>{w('more.cause')}</dt>
          <dd>{name(kind.cause)}</dd>
          <dt>{w('more.consequence')}</dt>
          <dd>{name(kind.consequence)}</dd>
          <dt>{w('more.action')}</dt>
          <dd>
            <b>{w('more.respond', { span: whole(age(kind.respond_s)) })}</b>
          </dd>
        </dl>
      )}
      <div class="alarm-does">
        {alarm.state === 'latched_acknowledged' && (
          <button type="button" class="button" disabled={waiting} onClick={() => void say(alarm, 'reset')}>
            <Icon node={RotateCcw} size={0.875} />
            {w('more.reset')}
          </button>
        )}
        <button
          type="button"
          class="button"
          data-testid="alarm-handle"
          disabled={waiting || isUnacknowledged(alarm)}
          title={isUnacknowledged(alarm) ? w('handle.first') : undefined}
          onClick={() => openAlarmDialog('handle', alarm.id)}
        >
          <Icon node={Hammer} size={0.875} />
          {w('more.handle')}
        </button>
        {shelved === null ? (
          <button
            type="button"
            class="button"
            data-testid="alarm-shelve"
            disabled={waiting || (alarm.state === 'normal' && alarm.handling.length === 0)}
            onClick={() => openAlarmDialog('shelve', alarm.id)}
          >
            <Icon node={Clock} size={0.875} />
            {w('more.shelve')}
          </button>
        ) : (
          <button type="button" class="button" disabled={waiting} onClick={() => void say(alarm, 'unshelve')}>
            <Icon node={ArchiveRestore} size={0.875} />
            {w('unshelve')}
          </button>
        )}
        <button type="button" class="button" data-testid="alarm-explain" onClick={() => openExplanation(alarm)}>
          <Icon node={MessageCircleQuestionMark} size={0.875} />
          {w('more.explain')}
        </button>
        {!replaying.value && (
          <button type="button" class="button" onClick={() => replayAround(Date.parse(alarm.raised))}>
            <Icon node={History} size={0.875} />
            {w('more.replay')}
          </button>
        )}
        {out === null ? (
          <button
            type="button"
            class="button"
            disabled={waiting || alarm.state === 'normal'}
            onClick={() => openAlarmDialog('out', alarm.id)}
          >
            {w('more.out')}
          </button>
        ) : (
          <button type="button" class="button" disabled={waiting} onClick={() => openAlarmDialog('back', alarm.id)}>
            {w('backToService')}
          </button>
        )}
      </div>
      {alarm.handling.length > 0 && (
        <section class="inspector-section">
          <h3>{w('more.steps')}</h3>
          <Steps alarm={alarm} />
        </section>
      )}
    </div>
  );
}

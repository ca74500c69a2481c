import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AlarmRecord } from '../../api/types.gen';
import { age, clock } from '../../i18n/format';
import { findAlarm, priorityOf } from '../../store/alarms';
import { catalogue } from '../../store/catalogue';
import { zone } from '../../store/live';
import { operatorName } from '../../store/session';
import { alarmDialog } from '../../ui/alarmDialog';
import { alarmKind, whatHappened } from '../../ui/alarmText';
import { Icon } from '../../ui/Icon';
import { PriorityMark } from '../../ui/marks';
import { type Command, tell } from './calls';
import { whole } from './day';
import { w, wordOr } from './words';
import './desk.css';
import './dialogs.css';

/** Offered lengths of a shelf, minutes; the server takes one minute to eight hours. */
const SHELF_MIN = [1, 5, 15, 30, 60, 120, 240, 480] as const;
const USUAL_MIN = 30;
const STAGES = ['handling', 'verifying', 'closed'] as const;
type Stage = (typeof STAGES)[number];
const CAUSES = [
  'permit',
  'wrong_way',
  'process',
  'equipment',
  'leak',
  'communication',
  'positioning',
  'test',
  'other',
] as const;

const close = (): void => {
  alarmDialog.value = null;
};

interface FrameProps {
  title: string;
  alarm: AlarmRecord;
  fault: string | null;
  submit: (() => void) | null;
  children: ComponentChildren;
}

function Frame({ title, alarm, fault, submit, children }: FrameProps) {
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector<HTMLElement>('select, input, textarea, button')?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <div class="scrim" onClick={close}>
      <section
        role="dialog"
        aria-modal="true"
        aria-label={title}
        data-testid="alarm-dialog"
        onClick={(event) => event.stopPropagation()}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Escape') close();
        }}
      >
        <form
          ref={box}
          class="alarm-dialog"
          onSubmit={(event) => {
            event.preventDefault();
            submit?.();
          }}
        >
          <header>
            <h2>{title}</h2>
            <button type="button" class="icon-button" aria-label={w('cancel')} onClick={close}>
              <Icon node={X} />
            </button>
          </header>
          <p class="alarm-dialog-of">
            <PriorityMark priority={priorityOf(alarm)} />
            {whatHappened(alarm)}
          </p>
          {fault !== null && (
            <p class="alarm-fault" role="alert">
              {w('send.failed', { reason: fault })}
            </p>
          )}
          {children}
        </form>
      </section>
    </div>
  );
}

/** Sends a command and closes when it was taken; what was written stays when it was not. */
function useSending(alarm: AlarmRecord) {
  const [sending, setSending] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const send = async (command: Command, body: object) => {
    setSending(true);
    const refused = await tell(findAlarm(alarm.id) ?? alarm, command, body);
    setSending(false);
    setFault(refused);
    if (refused === null) close();
  };
  return { sending, fault, send };
}

function Buttons({ sending, ready, children }: { sending: boolean; ready: boolean; children: ComponentChildren }) {
  return (
    <footer>
      <button type="button" class="button" onClick={close}>
        {w('cancel')}
      </button>
      <button type="submit" class="button is-main" disabled={sending || !ready} data-testid="alarm-dialog-do">
        {sending ? w('sending') : children}
      </button>
    </footer>
  );
}

function Shelve({ alarm }: { alarm: AlarmRecord }) {
  const [minutes, setMinutes] = useState<number>(USUAL_MIN);
  const [reason, setReason] = useState('');
  const [once, setOnce] = useState(false);
  const { sending, fault, send } = useSending(alarm);
  const may = alarm.may_shelve && catalogue.value.get(alarm.kind)?.may_shelve !== false;
  const ready = may && reason.trim() !== '';
  const submit = () => void send('shelve', { for_s: minutes * 60, reason: reason.trim(), one_shot: once });
  return (
    <Frame title={w('shelve.title')} alarm={alarm} fault={fault} submit={ready && !sending ? submit : null}>
      {!may && <p class="alarm-fault">{w('shelve.cannot', { kind: alarmKind(alarm.kind) })}</p>}
      {may && (
        <>
          <p class="muted">{w('shelve.why')}</p>
          <label>
            {w('shelve.minutes')}
            <select
              class="desk-field"
              value={minutes}
              data-testid="shelve-minutes"
              onChange={(event) => setMinutes(Number(event.currentTarget.value))}
            >
              {SHELF_MIN.map((one) => (
                <option key={one} value={one}>
                  {whole(age(one * 60))}
                </option>
              ))}
            </select>
          </label>
          <label>
            {w('shelve.reason')}
            <textarea
              class="desk-field"
              rows={2}
              maxLength={500}
              required
              value={reason}
              data-testid="shelve-reason"
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          <label class="is-line">
            <input type="checkbox" checked={once} onChange={() => setOnce(!once)} />
            {w('shelve.once')}
          </label>
          <Buttons sending={sending} ready={ready}>
            {w('shelve.do', { span: whole(age(minutes * 60)) })}
          </Buttons>
        </>
      )}
    </Frame>
  );
}

/** Out of service, and back: both ask for a reason. */
function Service({ alarm, back }: { alarm: AlarmRecord; back: boolean }) {
  const [reason, setReason] = useState('');
  const { sending, fault, send } = useSending(alarm);
  const which = back ? 'back' : 'out';
  const ready = reason.trim() !== '';
  const submit = () => void send(back ? 'return-to-service' : 'out-of-service', { reason: reason.trim() });
  return (
    <Frame title={w(`${which}.title`)} alarm={alarm} fault={fault} submit={ready && !sending ? submit : null}>
      {!back && <p class="muted">{w('out.why')}</p>}
      <label>
        {w(`${which}.reason`)}
        <textarea
          class="desk-field"
          rows={2}
          maxLength={500}
          required
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <Buttons sending={sending} ready={ready}>
        {w(`${which}.do`)}
      </Buttons>
    </Frame>
  );
}

/** The steps an alarm has been through. */
export function Steps({ alarm }: { alarm: AlarmRecord }) {
  if (alarm.handling.length === 0) return null;
  return (
    <ol class="alarm-steps">
      {alarm.handling.map((step) => (
        <li key={`${step.t}${step.stage}`}>
          <b>{w(`handle.stage.${step.stage}`)}</b> {clock(Date.parse(step.t), zone.value)} {operatorName(step.by)}
          {step.false_alarm && <span class="alarm-mark">{w('handle.false')}</span>}
          {step.cause !== '' && <span> · {wordOr(`cause.code.${step.cause}`, step.cause)}</span>}
          {(step.result || step.note) !== '' && <p>{[step.result, step.note].filter(Boolean).join(' · ')}</p>}
        </li>
      ))}
    </ol>
  );
}

function Handle({ alarm }: { alarm: AlarmRecord }) {
  const last = alarm.handling.at(-1)?.stage;
  const [stage, setStage] = useState<Stage>(
    last === undefined ? 'handling' : last === 'handling' ? 'verifying' : 'closed',
  );
  const [note, setNote] = useState('');
  const [result, setResult] = useState('');
  const [cause, setCause] = useState('');
  const [isFalse, setFalse] = useState(false);
  const { sending, fault, send } = useSending(alarm);
  const closed = last === 'closed';
  // After the order of handling: one step at a time, back to handling when the check failed.
  const open = STAGES.filter((one) => one !== last && (one === 'handling' || last !== undefined));
  const possible = open.filter((one) => one !== 'closed' || last === 'verifying');
  const ready = !closed && possible.includes(stage) && (stage !== 'closed' || result.trim() !== '');
  const submit = () =>
    void send('handle', {
      stage,
      note: note.trim(),
      ...(stage === 'closed' ? { result: result.trim(), cause, false_alarm: isFalse } : {}),
    });
  return (
    <Frame title={w('handle.title')} alarm={alarm} fault={fault} submit={ready && !sending ? submit : null}>
      <Steps alarm={alarm} />
      {closed && <p class="muted">{w('handle.closed')}</p>}
      {!closed && (
        <>
          <div class="tabs" role="radiogroup" aria-label={w('handle.title')}>
            {possible.map((one) => (
              <button
                key={one}
                type="button"
                role="radio"
                aria-checked={stage === one}
                aria-selected={stage === one}
                data-testid={`handle-${one}`}
                onClick={() => setStage(one)}
              >
                {w(`handle.stage.${one}`)}
              </button>
            ))}
          </div>
          {stage === 'closed' && (
            <>
              <label>
                {w('handle.result')}
                <textarea
                  class="desk-field"
                  rows={2}
                  maxLength={2000}
                  required
                  value={result}
                  data-testid="handle-result"
                  onInput={(event) => setResult(event.currentTarget.value)}
                />
              </label>
              <label>
                {w('handle.cause')}
                <select
                  class="desk-field"
                  value={cause}
                  data-testid="handle-cause"
                  onChange={(event) => setCause(event.currentTarget.value)}
                >
                  <option value="">—</option>
                  {CAUSES.map((one) => (
                    <option key={one} value={one}>
                      {w(`cause.code.${one}`)}
                    </option>
                  ))}
                </select>
              </label>
              <label class="is-line">
                <input type="checkbox" checked={isFalse} onChange={() => setFalse(!isFalse)} />
                {w('handle.false')}
              </label>
            </>
          )}
          <label>
            {w('handle.note')}
            <textarea
              class="desk-field"
              rows={2}
              maxLength={2000}
              value={note}
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          </label>
          <Buttons sending={sending} ready={ready}>
            {w(`handle.do.${stage}`)}
          </Buttons>
        </>
      )}
    </Frame>
  );
}

/** The dialog that is open. */
export function Dialogs() {
  const open = alarmDialog.value;
  const alarm = open === null ? undefined : findAlarm(open.id);
  if (open === null || alarm === undefined) return null;
  switch (open.kind) {
    case 'shelve':
      return <Shelve key={alarm.id} alarm={alarm} />;
    case 'handle':
      return <Handle key={`${alarm.id}${alarm.handling.length}`} alarm={alarm} />;
    case 'out':
    case 'back':
      return <Service key={alarm.id} alarm={alarm} back={open.kind === 'back'} />;
  }
}

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { w } from './words';

/** A number that is typed: taken over when it is one, put back when it is not. */
export function NumberField(props: {
  label: string;
  value: number | null;
  onValue: (value: number | null) => void;
  decimals?: number;
  min?: number;
  max?: number;
  /** Whether the field may be left empty. */
  empty?: boolean;
  unit?: string;
  bare?: boolean;
  disabled?: boolean;
  testid?: string;
}) {
  const { value, onValue, decimals = 2, min, max, empty = false } = props;
  const shown = value === null ? '' : String(Number(value.toFixed(decimals)));
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const take = (typed: string) => {
    const number = Number(typed.replace('−', '-').replace('，', '.').trim());
    const blank = typed.trim() === '';
    const bad = blank
      ? !empty
      : !Number.isFinite(number) || (min !== undefined && number < min) || (max !== undefined && number > max);
    setWrong(bad);
    if (!bad && typed !== shown) onValue(blank ? null : number);
  };
  const input = (
    <input
      type="text"
      inputMode="decimal"
      class={wrong ? 'is-wrong' : ''}
      aria-invalid={wrong}
      aria-label={props.label}
      placeholder={props.bare === true ? props.label : undefined}
      data-testid={props.testid}
      disabled={props.disabled ?? false}
      value={text ?? shown}
      onFocus={(event) => {
        setText(shown);
        event.currentTarget.select();
      }}
      onInput={(event) => {
        setText(event.currentTarget.value);
        take(event.currentTarget.value);
      }}
      onBlur={() => {
        setText(null);
        setWrong(false);
      }}
    />
  );
  if (props.bare === true) return input;
  return (
    <label class="fence-field">
      <span>{props.label}</span>
      <span class="fence-number">
        {input}
        {props.unit !== undefined && <em>{props.unit}</em>}
      </span>
    </label>
  );
}

/** A window over the page that must be answered. Escape is the same as cancel. */
export function Dialog(props: {
  title: string;
  onCancel: () => void;
  wide?: boolean;
  testid: string;
  children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      class={props.wide === true ? 'fence-dialog is-wide' : 'fence-dialog'}
      aria-labelledby={id}
      data-testid={props.testid}
      onCancel={(event) => {
        event.preventDefault();
        props.onCancel();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}

/** Asks why, and does it. */
export function ReasonDialog(props: {
  title: string;
  more: string;
  act: string;
  onCancel: () => void;
  /** Resolves to what went wrong, or null. */
  onReason: (reason: string) => Promise<string | null>;
  children?: ComponentChildren;
  testid: string;
}) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  return (
    <Dialog title={props.title} onCancel={props.onCancel} testid={props.testid}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          setFault(null);
          void props.onReason(text.trim()).then((wrong) => {
            setBusy(false);
            setFault(wrong);
          });
        }}
      >
        <p>{props.more}</p>
        {props.children}
        <label class="fence-field is-wide">
          <span>{w('reason')}</span>
          <input
            type="text"
            required
            maxLength={500}
            pattern=".*\S.*"
            placeholder={w('reason.placeholder')}
            value={text}
            autofocus
            data-testid="fence-reason"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {fault !== null && (
          <p class="fence-alert" role="alert">
            {w('failed', { reason: fault })}
          </p>
        )}
        <div class="fence-buttons">
          <button type="button" class="button" onClick={props.onCancel}>
            {w('cancel')}
          </button>
          <button
            type="submit"
            class="button is-main"
            disabled={busy || text.trim() === ''}
            data-testid="fence-confirm"
          >
            {props.act}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What went wrong last, and what was done last: one line for the whole panel. */
export function Notice({ text, bad }: { text: string | null; bad: boolean }) {
  if (text === null) return null;
  return (
    <p class={bad ? 'fence-alert' : 'fence-notice'} role={bad ? 'alert' : 'status'} data-testid="fence-notice">
      {text}
    </p>
  );
}

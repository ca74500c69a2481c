import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client';
import { reason } from '../../api/fault';
import type { MusterRecord, MusterSummary } from '../../api/types.gen';
import { age, clock, day } from '../../i18n/format';
import { head, zone } from '../../store/live';
import { muster } from '../../store/muster';
import { Roll } from './Roll';
import { w } from './words';

const took = (seconds: number | null): string => (seconds === null ? w('history.never') : age(seconds));

/** Musters and drills of the past; each opens with its roll as it stood at the end. */
export function History() {
  const plant = head.value?.code ?? null;
  const [items, setItems] = useState<MusterSummary[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [open, setOpen] = useState<MusterRecord | null>(null);
  const read = (from: string | null, signal: AbortSignal) => {
    if (plant === null) return;
    api.musters(plant, from, signal).then(
      (page) => {
        setItems((before) => (from === null || before === null ? page.items : [...before, ...page.items]));
        setNext(page.next);
        setFault(null);
      },
      (error: unknown) => {
        if (!signal.aborted) setFault(reason(error));
      },
    );
  };
  const on = muster.value?.id;
  useEffect(() => {
    const reading = new AbortController();
    read(null, reading.signal);
    return () => reading.abort();
  }, [plant, on]);
  const show = (id: string) => {
    if (plant === null) return;
    api.muster(plant, id, new AbortController().signal).then(setOpen, (error: unknown) => setFault(reason(error)));
  };
  if (open !== null) {
    return (
      <>
        <button type="button" class="button muster-back" onClick={() => setOpen(null)}>
          {w('back')}
        </button>
        <Roll roll={open} live={false} />
      </>
    );
  }
  return (
    <ul class="muster-list" data-testid="muster-history">
      {fault !== null && (
        <p class="muster-fault" role="alert">
          {w('failed', { reason: fault })}
        </p>
      )}
      {items === null && fault === null && <p class="empty">{w('loading')}</p>}
      {items?.length === 0 && <p class="empty">{w('none.history')}</p>}
      {items?.map((item) => {
        const begun = Date.parse(item.started);
        return (
          <li key={item.id} class="muster-group">
            <button type="button" class="muster-past" onClick={() => show(item.id)}>
              <span>
                <strong>{w(item.drill ? 'drill' : 'real')}</strong> {day(begun, zone.value)} {clock(begun, zone.value)}
              </span>
              <span>{item.reason}</span>
              <span>{w('history.safe', { safe: item.counts['safe'] ?? 0, all: item.people })}</span>
              <span class="muted">
                {w('history.times', {
                  half: took(item.half_safe_s),
                  most: took(item.nine_tenths_safe_s),
                  all: took(item.all_safe_s),
                })}
              </span>
            </button>
          </li>
        );
      })}
      {next !== null && (
        <button type="button" class="button" onClick={() => read(next, new AbortController().signal)}>
          {w('more')}
        </button>
      )}
    </ul>
  );
}

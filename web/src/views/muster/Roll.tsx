import { Download, Printer } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import { api } from '../../api/client';
import type { MusterRecord, MusterRowRecord } from '../../api/types.gen';
import { language, name } from '../../i18n';
import { age, clock, sitePlace } from '../../i18n/format';
import { head, now_ms, zone } from '../../store/live';
import { STANDINGS, standings, type StandingName } from '../../store/muster';
import { records } from '../../store/records';
import { liveFeed } from '../../store/stage';
import { select, selection } from '../../store/selection';
import { map } from '../../store/map';
import { Icon } from '../../ui/Icon';
import { useCommand } from './command';
import { Groups, teamName } from './Groups';
import { StandingMark } from './StandingMark';
import { w } from './words';

const SPAN_M = 90;
const VIEWS = ['person', 'team', 'point'] as const;

/** Where somebody is or was last, in the operator's words. */
function place(row: MusterRowRecord): string {
  if (row.x_m === null || row.y_m === null) return w('row.unseen');
  const code = row.point ?? row.near;
  const known = records.value?.fence.get(code ?? '') ?? records.value?.zone.get(code ?? '');
  const where = known === undefined ? sitePlace(row.x_m, row.y_m) : name(known.names);
  if (row.standing !== 'not_known') return w('row.at', { place: where });
  return w('row.last', {
    age: age((liveFeed.watched(now_ms) - Date.parse(row.seen ?? row.since)) / 1000),
    place: where,
  });
}

function Row({ row, roll, live }: { row: MusterRowRecord; roll: MusterRecord; live: boolean }) {
  const { send, waiting, fault } = useCommand();
  const [note, setNote] = useState('');
  const chosen = selection.value?.kind === 'mover' && selection.value.id === row.subject.id;
  const show = () => {
    select({ kind: 'mover', id: row.subject.id });
    if (row.x_m !== null && row.y_m !== null) map.value?.flyTo({ x_m: row.x_m, y_m: row.y_m, span_m: SPAN_M });
  };
  const say = (standing: 'safe' | 'not_safe' | null) =>
    void send(`/${encodeURIComponent(roll.id)}/account`, { subject: row.subject.id, standing, note: note.trim() });
  return (
    <li
      class={`muster-row is-${row.standing}${chosen ? ' is-chosen' : ''}`}
      data-subject={row.subject.id}
      data-standing={row.standing}
    >
      <button type="button" class="muster-who" onClick={show} title={w('show')} aria-expanded={chosen}>
        <StandingMark standing={row.standing} />
        <span class="muster-name">{name(row.subject.names)}</span>
        <span class="muster-team">{teamName(row.team)}</span>
        <span class="muster-place">{place(row)}</span>
        <span class="muster-age">
          {w('row.since', { age: age((liveFeed.watched(now_ms) - Date.parse(row.since)) / 1000) })}
        </span>
        {row.reasons.length > 0 && (
          <span class="muster-reasons">{row.reasons.map((why) => w(`reason.${why}`)).join(' · ')}</span>
        )}
        {row.word !== null && (
          <span class="muster-word">
            {w('word', {
              who: row.word.by,
              standing: w(row.word.standing),
              time: clock(Date.parse(row.word.t), zone.value),
            })}
            {row.word.note !== '' && ` “${row.word.note}”`}
          </span>
        )}
      </button>
      {chosen && live && (
        <div class="muster-say">
          <input
            class="muster-text"
            placeholder={w('word.note')}
            aria-label={w('word.note')}
            maxLength={500}
            value={note}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
          <div class="muster-actions">
            {row.word === null ? (
              <>
                <button
                  type="button"
                  class="button"
                  disabled={waiting}
                  onClick={() => say('safe')}
                  data-testid="say-safe"
                >
                  {w('word.safe')}
                </button>
                <button type="button" class="button" disabled={waiting} onClick={() => say('not_safe')}>
                  {w('word.not_safe')}
                </button>
              </>
            ) : (
              <button type="button" class="button" disabled={waiting} onClick={() => say(null)}>
                {w('word.back')}
              </button>
            )}
          </div>
          {fault !== null && (
            <p class="muster-fault" role="alert">
              {w('failed', { reason: fault })}
            </p>
          )}
        </div>
      )}
    </li>
  );
}

function End({ roll }: { roll: MusterRecord }) {
  const { send, waiting, fault } = useCommand();
  const [note, setNote] = useState('');
  const [asked, setAsked] = useState(false);
  const unsafe = roll.rows.filter((row) => row.standing !== 'safe').length;
  const end = () => void send(`/${encodeURIComponent(roll.id)}/end`, { note: note.trim() });
  return (
    <div class="muster-end">
      <input
        class="muster-text"
        placeholder={w('end.note')}
        aria-label={w('end.note')}
        maxLength={2000}
        value={note}
        onInput={(event) => setNote(event.currentTarget.value)}
      />
      <div class="muster-actions">
        {asked && <span role="alert">{w('end.confirm', { n: unsafe })}</span>}
        <button
          type="button"
          class="button"
          disabled={waiting}
          onClick={() => (asked || unsafe === 0 ? end() : setAsked(true))}
          data-testid="muster-end"
        >
          {asked ? w('end.sure') : w('end')}
        </button>
      </div>
      {fault !== null && (
        <p class="muster-fault" role="alert">
          {w('failed', { reason: fault })}
        </p>
      )}
    </div>
  );
}

/** One muster with its roll: who to look for first. */
export function Roll({ roll, live }: { roll: MusterRecord; live: boolean }) {
  const [view, setView] = useState<(typeof VIEWS)[number]>('person');
  const [only, setOnly] = useState<StandingName | null>(null);
  const [wanted, setWanted] = useState('');
  const counts = standings(roll.rows);
  const begun = Date.parse(roll.started);
  const until = roll.ended === null ? liveFeed.watched(now_ms) : Date.parse(roll.ended);
  const rows = useMemo(() => {
    const word = wanted.trim().toLowerCase();
    return roll.rows.filter(
      (row) =>
        (only === null || row.standing === only) &&
        (word === '' ||
          [row.subject.id, row.subject.names.zh, row.subject.names.en, teamName(row.team)].some((text) =>
            text.toLowerCase().includes(word),
          )),
    );
  }, [roll, only, wanted, language.value]);
  const plant = head.value?.code;
  return (
    <div class="muster-roll">
      <div class={`muster-what${roll.drill ? '' : ' is-real'}`}>
        <strong>{w(roll.drill ? 'drill' : 'real')}</strong>
        <span>{roll.reason}</span>
        <span class="muted">
          {w('on.since', { time: clock(begun, zone.value), age: age((until - begun) / 1000) })} · {roll.started_by}
          {roll.ended !== null &&
            ` · ${w('ended.line', { time: clock(until, zone.value), age: age((until - begun) / 1000) })}`}
        </span>
        {roll.result !== '' && <span>{roll.result}</span>}
      </div>
      <div class="muster-counts" role="group" aria-label={w('title')}>
        {STANDINGS.map((standing) => (
          <button
            key={standing}
            type="button"
            class={`muster-count is-${standing}`}
            aria-pressed={only === standing}
            title={w(`${standing}.why`)}
            onClick={() => setOnly(only === standing ? null : standing)}
            data-testid={`muster-count-${standing}`}
          >
            <StandingMark standing={standing} />
            <b>{counts[standing]}</b>
            <span>{w(standing)}</span>
          </button>
        ))}
      </div>
      {roll.unseen.length > 0 && (
        <details class="muster-unseen">
          <summary>{w('unseen.title', { n: roll.unseen.length })}</summary>
          <p class="muted">{w('unseen.why')}</p>
          <ul>
            {roll.unseen.map((ref) => (
              <li key={ref.id}>
                {name(ref.names)} <span class="muted">{ref.id}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <div class="muster-tools">
        <div class="tabs" role="tablist">
          {VIEWS.map((which) => (
            <button key={which} type="button" role="tab" aria-selected={view === which} onClick={() => setView(which)}>
              {w(`by.${which}`)}
            </button>
          ))}
        </div>
        <span class="tools-space" />
        {plant !== undefined && (
          <a
            class="icon-button"
            href={api.rollPath(plant, roll.id, language.value)}
            download
            title={w('csv')}
            aria-label={w('csv')}
          >
            <Icon node={Download} />
          </a>
        )}
        <button
          type="button"
          class="icon-button"
          title={w('print')}
          aria-label={w('print')}
          onClick={() => window.print()}
        >
          <Icon node={Printer} />
        </button>
      </div>
      {view === 'person' ? (
        <>
          <input
            type="search"
            class="muster-text"
            placeholder={w('search')}
            aria-label={w('search')}
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
          <ul class="muster-list" data-testid="muster-list">
            {rows.map((row) => (
              <Row key={row.subject.id} row={row} roll={roll} live={live} />
            ))}
            {rows.length === 0 && <p class="empty">{w('none.rows')}</p>}
          </ul>
        </>
      ) : (
        <Groups roll={roll} by={view} />
      )}
      {live && <End roll={roll} />}
    </div>
  );
}

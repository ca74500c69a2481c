import { X } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { reason } from '../../api/fault';
import { name } from '../../i18n';
import { zoneName } from '../../i18n/format';
import { head, now_ms, roles, wall_ms, zone } from '../../store/live';
import { map } from '../../store/map';
import { openReplay, replaying } from '../../store/replay';
import { select } from '../../store/selection';
import { openView, openViewState, viewFoot } from '../../store/views';
import { Icon } from '../../ui/Icon';
import { fieldInstant, fieldTime } from '../alarms/day';
import { readQuestion, writeQuestion } from './address';
import { Answer } from './Answer';
import { answered, cancel, change, chosen, fault, forget, frame, question, run, running } from './asked';
import { encounterStretch, exceedanceStretch, visitStretch, wayStretch, type Stretch } from './columns';
import { drawn } from './heat';
import { MapLayer } from './MapLayer';
import { giveUp } from './pad';
import { paths, showPaths } from './paths';
import { Figure, PlaceField } from './PlaceField';
import { firstQuestion, KINDS, LONGEST_MS, missing, ofKind, PRESETS, spanOf, type Preset } from './question';
import { w } from './words';
import './questions.css';
import './asked.css';

const DAY_MS = 86_400_000;
/** Before and after a stretch, so that one sees how it came about. */
const AROUND_MS = 60_000;
const REPLAY_HALF_MS = 900_000;
/** How much of the plant to show around a row's place, metres. */
const SPAN_M = 120;

/** The stretches of the past behind the rows of the answer. */
function stretches(): ReadonlyMap<string, Stretch> {
  const now = answered.value;
  const list: Stretch[] =
    now === null
      ? []
      : now.path === 'visits'
        ? now.made.visits.map(visitStretch)
        : now.path === 'near'
          ? now.made.encounters.map((row) => encounterStretch(row, now.made.subject.id))
          : now.path === 'ways'
            ? now.made.ways.map(wayStretch)
            : now.path === 'exceedances'
              ? now.made.exceedances.map(exceedanceStretch)
              : [];
  return new Map(list.map((one) => [one.id, one]));
}

function Span() {
  const now = question.value;
  const { from_ms, to_ms } = spanOf(now, wall_ms.value);
  const field = (which: 'from' | 'to', value_ms: number) => (
    <label class="ask-field">
      <span>{w(`span.${which}`)}</span>
      <input
        type="datetime-local"
        required
        value={fieldTime(value_ms, zone.value)}
        max={fieldTime(wall_ms.value + 60_000, zone.value)}
        data-testid={`ask-${which}`}
        onChange={(event) => {
          const instant = fieldInstant(event.currentTarget.value, zone.peek());
          if (instant === null) return;
          change({ preset: null, from_ms, to_ms, [which === 'from' ? 'from_ms' : 'to_ms']: instant });
        }}
      />
    </label>
  );
  return (
    <fieldset class="ask-place">
      <legend>{w('span')}</legend>
      <div class="tabs" role="group">
        {(Object.keys(PRESETS) as Preset[]).map((preset) => (
          <button
            key={preset}
            type="button"
            aria-pressed={now.preset === preset}
            data-testid={`ask-last-${preset}`}
            onClick={() => change({ preset })}
          >
            {w(`last.${preset}`)}
          </button>
        ))}
        {replaying.value && (
          <button
            type="button"
            onClick={() => {
              const at = now_ms.peek();
              change({
                preset: null,
                from_ms: at - REPLAY_HALF_MS,
                to_ms: Math.min(wall_ms.peek(), at + REPLAY_HALF_MS),
              });
            }}
          >
            {w('last.replay')}
          </button>
        )}
      </div>
      {field('from', from_ms)}
      {field('to', to_ms)}
      <p class="ask-how">{w('span.zone', { zone: zoneName(from_ms, zone.value) })}</p>
    </fieldset>
  );
}

function More() {
  const now = question.value;
  const [open, setOpen] = useState(now.role !== null || now.least_s > 0);
  return (
    <details class="ask-more" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{w('more')}</summary>
      <label class="ask-field">
        <span>{w('role')}</span>
        <select
          value={now.role ?? ''}
          onChange={(event) => change({ role: event.currentTarget.value === '' ? null : event.currentTarget.value })}
        >
          <option value="">{w('role.all')}</option>
          {roles.value.map((role) => (
            <option key={role.code} value={role.code}>
              {name(role.names)}
            </option>
          ))}
        </select>
      </label>
      {(now.kind === 'inside' || now.kind === 'near' || now.kind === 'occupancy') && (
        <Figure
          label={w('least')}
          unit={w('least.s')}
          value={now.least_s}
          min={0}
          max={86_400}
          onValue={(least_s) => change({ least_s })}
        />
      )}
      {now.kind === 'ways' && (
        <Figure
          label={w('longest')}
          unit={w('longest.min')}
          value={now.longest_min}
          min={0.1}
          max={1440}
          onValue={(longest_min) => change({ longest_min })}
        />
      )}
    </details>
  );
}

/** What is being done, and how to stop it; else the button that does it. */
function Run() {
  const now = question.value;
  const since = running.value;
  const [, tick] = useState(0);
  useEffect(() => {
    if (since === null) return undefined;
    const id = setInterval(() => tick((n) => n + 1), 500);
    return () => clearInterval(id);
  }, [since]);
  const lacking = missing(now, wall_ms.value);
  return (
    <footer class="ask-run">
      {fault.value !== null && (
        <p class="ask-fault" role="alert" data-testid="ask-fault">
          {fault.value}
        </p>
      )}
      {since === null ? (
        <>
          {lacking !== null && (
            <p class="ask-how" data-testid="ask-missing">
              {w(`missing.${lacking}`, { days: LONGEST_MS[now.kind] / DAY_MS })}
            </p>
          )}
          <button
            type="submit"
            class="button is-main"
            disabled={lacking !== null || head.value === null}
            data-testid="ask-run"
          >
            {w('run')}
          </button>
        </>
      ) : (
        <div class="ask-running" role="status" data-testid="ask-running">
          <i />
          <span>{w('running', { s: Math.floor((Date.now() - since) / 1000) })}</span>
          <button type="button" class="button" onClick={cancel} data-testid="ask-cancel">
            {w('cancel')}
          </button>
        </div>
      )}
    </footer>
  );
}

/** Questions of the past: one is put together here; its answer lies on the map and below it. */
export function QuestionsPanel() {
  const now = question.value;
  const [pathFault, setPathFault] = useState<string | null>(null);
  useEffect(() => {
    if (openViewState.peek() !== '') question.value = readQuestion(openViewState.peek(), wall_ms.peek());
    else if (question.peek().to_ms === 0) question.value = firstQuestion(wall_ms.peek());
    return () => {
      cancel();
      giveUp();
      forget();
      paths.value = [];
      viewFoot.value = false;
      map.peek()?.setSurvey(null);
    };
  }, []);
  useEffect(() => {
    if (now.to_ms !== 0) openViewState.value = writeQuestion(now);
  }, [now]);
  const onMap = map.value;
  const answer = answered.value;
  useEffect(() => {
    viewFoot.value = answer !== null;
    // Who asks about the whole plant wants to see it whole.
    if (answer?.path === 'heat') onMap?.fit();
    const canvas = answer?.path === 'heat' ? drawn(answer.made) : null;
    onMap?.setSurvey(
      canvas === null || answer?.path !== 'heat'
        ? null
        : { raster: { canvas, corners: answer.made.corners }, anchors: new Map() },
    );
  }, [onMap, answer]);

  const rows = stretches();
  const stretch = chosen.value === null ? undefined : rows.get(chosen.value);
  useEffect(() => {
    setPathFault(null);
    paths.value = [];
    const plant = head.peek()?.code;
    if (stretch === undefined || plant === undefined) return undefined;
    const reading = new AbortController();
    showPaths(plant, stretch.subjects, stretch.from_ms, stretch.to_ms, reading.signal).catch((error: unknown) => {
      if (!reading.signal.aborted) setPathFault(w('path.failed', { reason: reason(error) }));
    });
    return () => reading.abort();
  }, [stretch?.id, answer]);

  const choose = (id: string) => {
    chosen.value = id;
    const row = rows.get(id);
    const by = frame.peek();
    if (row === undefined) return;
    if (row.sensor !== undefined) select({ kind: 'sensor', id: row.sensor });
    else if (row.subjects[0] !== undefined) select({ kind: 'mover', id: row.subjects[0] });
    if (row.lon === null || row.lat === null || by === null) return;
    const [x_m, y_m] = by.toSite(row.lon, row.lat);
    onMap?.flyTo({ x_m, y_m, span_m: SPAN_M });
  };
  const replay = (of: Stretch) =>
    openReplay({
      at_ms: of.from_ms,
      from_ms: of.from_ms - AROUND_MS,
      to_ms: Math.min(wall_ms.peek(), of.to_ms + AROUND_MS),
      people: of.subjects,
    });

  return (
    <>
      <section class="view-side ask" aria-label={w('title')} data-testid="questions">
        <header>
          <h2>{w('title')}</h2>
          <button
            type="button"
            class="icon-button"
            title={w('close')}
            aria-label={w('close')}
            onClick={() => (openView.value = null)}
            data-testid="questions-close"
          >
            <Icon node={X} />
          </button>
        </header>
        <form
          class="ask-form"
          onSubmit={(event) => {
            event.preventDefault();
            giveUp();
            void run();
          }}
        >
          <div class="ask-fields">
            <div class="ask-kinds" role="radiogroup" aria-label={w('title')}>
              {KINDS.map((kind) => (
                <button
                  key={kind}
                  type="button"
                  role="radio"
                  aria-checked={now.kind === kind}
                  data-testid={`ask-kind-${kind}`}
                  onClick={() => {
                    giveUp();
                    question.value = ofKind(now, kind);
                  }}
                >
                  {w(`kind.${kind}`)}
                </button>
              ))}
            </div>
            <p class="ask-what">{w(`what.${now.kind}`)}</p>
            {now.kind === 'inside' && <PlaceField key="inside" slot="a" label={w('place.a')} />}
            {now.kind === 'near' && <PlaceField key="near" slot="a" label={w('place.near')} />}
            {now.kind === 'ways' && (
              <>
                <PlaceField key="start" slot="a" label={w('place.start')} />
                <PlaceField key="end" slot="b" label={w('place.end')} />
              </>
            )}
            {now.kind === 'occupancy' && (
              <label class="ask-field">
                <span>{w('areas')}</span>
                <select
                  value={now.areas}
                  data-testid="ask-areas"
                  onChange={(event) => change({ areas: event.currentTarget.value === 'zones' ? 'zones' : 'fences' })}
                >
                  <option value="fences">{w('areas.fences')}</option>
                  <option value="zones">{w('areas.zones')}</option>
                </select>
              </label>
            )}
            {now.kind === 'heat' && (
              <Figure
                label={w('cell')}
                unit={w('radius.m')}
                value={now.cell_m}
                min={1}
                max={200}
                onValue={(cell_m) => change({ cell_m })}
              />
            )}
            {now.kind === 'exceedances' && (
              <Figure
                label={w('radius')}
                unit={w('radius.m')}
                value={now.radius_m}
                min={1}
                max={500}
                onValue={(radius_m) => change({ radius_m })}
              />
            )}
            <Span />
            <More />
          </div>
          <Run />
        </form>
      </section>
      <MapLayer onMark={choose} />
      {answer !== null && (
        <Answer
          answer={answer}
          stale={answer.of !== now}
          choose={choose}
          replay={stretch === undefined ? null : () => replay(stretch)}
          pathFault={pathFault}
        />
      )}
    </>
  );
}

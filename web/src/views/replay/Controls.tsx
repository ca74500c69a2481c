import {
  BellRing,
  ChevronLeft,
  ChevronRight,
  Fence,
  Link,
  Pause,
  Play,
  Rewind,
  FastForward,
  StepBack,
  StepForward,
  Video,
} from 'lucide';
import type { IconNode } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { name } from '../../i18n';
import { number } from '../../i18n/format';
import { findAlarm } from '../../store/alarms';
import { wall_ms, zone } from '../../store/live';
import { records } from '../../store/records';
import { selection } from '../../store/selection';
import { Icon } from '../../ui/Icon';
import { TRAILS_S } from './address';
import { readTime, SPEEDS, writeTime } from './clock';
import type { Quality } from './reading';
import type { ReplaySession } from './session';
import { MOST_S, recording, startRecording } from './video';
import { w, type Word } from './words';

const HOUR_MS = 3_600_000;
const NOTE_MS = 3_000;

interface KeyProps {
  node: IconNode;
  word: Word;
  pressed?: boolean;
  run: () => void;
  second?: IconNode;
}

function Key({ node, word, pressed, run, second }: KeyProps) {
  return (
    <button type="button" class="icon-button" title={w(word)} aria-label={w(word)} aria-pressed={pressed} onClick={run}>
      <span class="replay-key">
        {second !== undefined && <Icon node={second} size={0.75} />}
        <Icon node={node} size={1} />
      </span>
    </button>
  );
}

/** The replayed instant, large; another one can be typed. */
function Instant({ replay }: { replay: ReplaySession }) {
  const zoneId = zone.value;
  const shown = writeTime(replay.clock.value.at_ms, zoneId);
  const [typed, setTyped] = useState<string | null>(null);
  const [bad, setBad] = useState(false);
  const commit = () => {
    if (typed === null) return;
    const t = readTime(typed, replay.clock.peek().at_ms, zoneId);
    setBad(t === null);
    if (t === null) return;
    replay.seek(t);
    setTyped(null);
  };
  return (
    <span class={`replay-instant${bad ? ' is-bad' : ''}`}>
      <input
        type="text"
        size={19}
        spellcheck={false}
        aria-label={w('time.label')}
        aria-invalid={bad}
        title={bad ? w('time.bad') : w('time.label')}
        data-testid="replay-time"
        value={typed ?? shown}
        onFocus={() => {
          replay.pause();
          setTyped(writeTime(replay.clock.peek().at_ms, zoneId));
        }}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => {
          setTyped(null);
          setBad(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            commit();
            event.currentTarget.blur();
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            event.currentTarget.blur();
          }
        }}
      />
      {bad && <em role="alert">{w('time.bad')}</em>}
    </span>
  );
}

interface ChoiceProps<T extends string> {
  word: Word;
  value: T;
  options: readonly (readonly [T, string])[];
  hint?: string;
  pick: (value: T) => void;
  testid?: string;
}

function Choice<T extends string>({ word, value, options, hint, pick, testid }: ChoiceProps<T>) {
  return (
    <label class="replay-choice" title={hint}>
      <span>{w(word)}</span>
      <select value={value} data-testid={testid} onChange={(event) => pick(event.currentTarget.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key} selected={key === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function SpanChoice({ replay }: { replay: ReplaySession }) {
  const chosen = selection.value?.kind === 'alarm' ? findAlarm(selection.value.id) : undefined;
  const options: [string, string][] = [
    ['own', w('span.own')],
    ['hour', w('span.hour')],
    ['shift', w('span.shift')],
    ['day', w('span.day')],
  ];
  if (chosen !== undefined) options.push(['alarm', w('span.alarm')]);
  const pick = (key: string) => {
    const now = wall_ms.peek();
    const hours = { hour: 1, shift: 8, day: 24 }[key];
    if (hours !== undefined) replay.span(now - hours * HOUR_MS, now);
    else if (key === 'alarm' && chosen !== undefined) {
      const t = Date.parse(chosen.raised);
      replay.span(t - 300_000, t + 300_000);
      replay.seek(t);
    }
  };
  return <Choice word="span" value="own" options={options} pick={pick} testid="replay-span" />;
}

function BesideChoice({ replay }: { replay: ReplaySession }) {
  const offset = replay.offset_ms.value;
  const known: [string, string][] = [
    ['', w('beside.none')],
    [String(-HOUR_MS), w('beside.hour')],
    [String(-24 * HOUR_MS), w('beside.day')],
    [String(-168 * HOUR_MS), w('beside.week')],
  ];
  if (offset !== null && !known.some(([key]) => key === String(offset))) {
    known.push([String(offset), `${offset > 0 ? '+' : '−'}${number(Math.abs(offset) / 60_000, 0)} min`]);
  }
  known.push(['other', w('beside.other')]);
  const pick = (key: string) => {
    if (key !== 'other') {
      replay.offset_ms.value = key === '' ? null : Number(key);
      return;
    }
    // oxlint-disable-next-line no-alert -- one number, asked for once
    const minutes = Number(window.prompt(w('beside.ask'), '-60') ?? NaN);
    if (Number.isFinite(minutes) && minutes !== 0) replay.offset_ms.value = minutes * 60_000;
  };
  return (
    <Choice
      word="beside"
      value={offset === null ? '' : String(offset)}
      options={known}
      pick={pick}
      testid="replay-beside"
    />
  );
}

function Share() {
  const [note, setNote] = useState<Word | null>(null);
  useEffect(() => {
    if (note === null) return undefined;
    const id = window.setTimeout(() => setNote(null), NOTE_MS);
    return () => window.clearTimeout(id);
  }, [note]);
  // The address follows the page; a moment later it is exact.
  const copy = () =>
    window.setTimeout(() => {
      const copied = navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error('no clipboard'));
      copied.then(
        () => setNote('share.done'),
        () => setNote('share.failed'),
      );
    }, 600);
  return (
    <button type="button" class="button" onClick={copy} data-testid="replay-share">
      <Icon node={Link} size={0.875} />
      {w(note ?? 'share')}
    </button>
  );
}

function Record({ replay }: { replay: ReplaySession }) {
  const state = recording.value;
  if (state.kind === 'running') {
    return (
      <span class="replay-recording" role="status" data-testid="replay-recording">
        <i />
        {w('video.recording', { s: Math.floor(state.seconds), most: MOST_S })}
        <progress max={1} value={state.share} />
        <button type="button" class="button is-main" onClick={state.save}>
          {w('video.stop')}
        </button>
        <button type="button" class="button" onClick={state.cancel}>
          {w('video.cancel')}
        </button>
      </span>
    );
  }
  const missing = typeof MediaRecorder === 'undefined';
  return (
    <button
      type="button"
      class="button"
      disabled={missing}
      title={missing ? w('video.missing') : w('video.hint', { most: MOST_S })}
      data-testid="replay-video"
      onClick={() => startRecording(replay)}
    >
      <Icon node={Video} size={0.875} />
      {state.kind === 'failed' ? w('video.failed', { reason: state.reason }) : w('video')}
    </button>
  );
}

/** The transport, the instant, and what is shown of it. */
export function Controls({ replay }: { replay: ReplaySession }) {
  const { playing, speed } = replay.clock.value;
  const [none, setNone] = useState<Word | null>(null);
  useEffect(() => {
    if (none === null) return undefined;
    const id = window.setTimeout(() => setNone(null), NOTE_MS);
    return () => window.clearTimeout(id);
  }, [none]);
  const jump = (to: 'alarm' | 'crossing', direction: 1 | -1) => {
    if (!replay.jump(to, direction)) setNone(`none.${to}`);
  };
  const sensors = records.value?.sensors ?? [];
  const speeds = [...SPEEDS.map((one) => -one).toReversed(), ...SPEEDS];
  const text = (value: number) => `${value < 0 ? '◀ ' : ''}${Math.abs(value)}×`;
  return (
    <div class="replay-controls">
      <span class="replay-transport">
        <Key node={ChevronLeft} second={BellRing} word="alarm.before" run={() => jump('alarm', -1)} />
        <Key node={ChevronLeft} second={Fence} word="crossing.before" run={() => jump('crossing', -1)} />
        <Key node={StepBack} word="step.back" run={() => replay.step(-1000)} />
        <Key node={Rewind} word="backwards" pressed={playing && speed < 0} run={() => replay.shuttle(-1)} />
        <button
          type="button"
          class="button is-main replay-play"
          aria-label={w(playing ? 'pause' : 'play')}
          title={w(playing ? 'pause' : 'play')}
          data-testid="replay-play"
          data-playing={playing}
          onClick={() => replay.toggle()}
        >
          <Icon node={playing ? Pause : Play} size={1.125} />
        </button>
        <Key node={FastForward} word="forwards" pressed={playing && speed > 0} run={() => replay.shuttle(1)} />
        <Key node={StepForward} word="step.on" run={() => replay.step(1000)} />
        <Key node={ChevronRight} second={Fence} word="crossing.next" run={() => jump('crossing', 1)} />
        <Key node={ChevronRight} second={BellRing} word="alarm.next" run={() => jump('alarm', 1)} />
      </span>
      <Instant replay={replay} />
      {none !== null && <em role="status">{w(none)}</em>}
      <Choice
        word="speed"
        value={String(speed)}
        options={speeds.map((one) => [String(one), text(one)] as const)}
        pick={(value) => replay.setSpeed(Number(value))}
        testid="replay-speed"
      />
      <Choice
        word="quality"
        value={replay.quality.value}
        hint={w('quality.hint')}
        options={(['measured', 'smoothed'] as const).map((key) => [key, w(`quality.${key}`)] as const)}
        pick={(value: Quality) => (replay.quality.value = value)}
        testid="replay-quality"
      />
      <Choice
        word="trail"
        value={String(replay.trail_s.value)}
        options={TRAILS_S.map((s) => [String(s), w(`trail.${s}`)] as const)}
        pick={(value) => (replay.trail_s.value = Number(value))}
        testid="replay-trail"
      />
      <SpanChoice replay={replay} />
      <Choice
        word="sensor"
        value={replay.sensor.value ?? ''}
        options={[
          ['', w('sensor.none')],
          ...sensors.map((one) => [one.code, `${one.code} ${name(one.names)}`] as const),
        ]}
        pick={(value) => (replay.sensor.value = value === '' ? null : value)}
        testid="replay-sensor"
      />
      <BesideChoice replay={replay} />
      <span class="replay-space" />
      <Record replay={replay} />
      <Share />
    </div>
  );
}

import { effect, untracked } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { reason } from '../../api/fault';
import { exact } from '../../i18n/format';
import { zone } from '../../store/live';
import { map } from '../../store/map';
import { theme } from '../../store/preferences';
import { plantCode, replayAsked } from '../../store/replay';
import { session } from '../../store/session';
import { stageKeys } from '../../ui/keyboard';
import { Controls } from './Controls';
import { replayKey } from './keys';
import { NowStrip } from './NowStrip';
import { People } from './People';
import { replay } from './running';
import { Second } from './Second';
import { ReplaySession } from './session';
import { Timeline } from './Timeline';
import { Trails } from './trails';
import { cancelRecording } from './video';
import { w } from './words';
import './replay.css';

/** Begins and ends the replay with what was asked for. */
function useReplay(): void {
  const plant = plantCode.value;
  useEffect(() => {
    if (plant === null) return undefined;
    const made = new ReplaySession(plant, replayAsked.peek() ?? '');
    replay.value = made;
    session.value = made;
    stageKeys.value = (event) => replayKey(made, event);
    let first = true;
    const stop = effect(() => {
      const asked = replayAsked.value;
      if (!first && asked !== null) untracked(() => made.go(asked));
      first = false;
    });
    return () => {
      stop();
      cancelRecording();
      stageKeys.value = null;
      replay.value = null;
      made.stop();
    };
  }, [plant]);
}

/** Trails of the shown instant on the map. */
function useTrails(running: ReplaySession | null): void {
  const shown = map.value;
  useEffect(() => {
    if (running === null || shown === null) return undefined;
    const trails = new Trails();
    const attached = shown.attach(trails.group);
    const stops = [
      effect(() => {
        void [running.read.value, running.quality.value];
        const blocks = new Map([...running.recording.tracks.kept].map(([key, segment]) => [key, segment.block]));
        trails.setBlocks(blocks, running.people.value, running.only.value);
        untracked(() => trails.setTime(running.clock.peek().at_ms, running.trail_s.peek()));
        attached.changed();
      }),
      effect(() => {
        trails.setTime(running.clock.value.at_ms, running.trail_s.value);
        attached.changed();
      }),
      effect(() => {
        void theme.value;
        trails.recolour();
        attached.changed();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      attached.remove();
      trails.dispose();
    };
  }, [running, shown]);
}

/** What is missing from the picture, and why. */
function Missing({ of }: { of: ReplaySession }) {
  void of.read.value;
  const { at_ms } = of.clock.value;
  const { recording } = of;
  const fault = recording.tracks.fault ?? recording.readings.fault ?? recording.fault;
  if (fault !== null && !recording.has(at_ms)) {
    return (
      <p class="replay-missing is-fault" role="alert">
        {w('failed', { reason: reason(fault) })}
      </p>
    );
  }
  if (!recording.has(at_ms)) {
    return (
      <p class="replay-missing" role="status" data-testid="replay-loading">
        {w('loading', { time: exact(at_ms, zone.value) })}
      </p>
    );
  }
  if (recording.table.rows.length > 0) return null;
  return (
    <p class="replay-missing" role="status" data-testid="replay-empty">
      {w('empty')}
    </p>
  );
}

/** Along the foot during a replay: controls, timeline, and what happens now. */
export function ReplayFoot() {
  useReplay();
  const running = replay.value;
  useTrails(running);
  return (
    <section class="replay-foot" aria-label={w('title')} data-testid="replay">
      {running !== null && (
        <>
          <Missing of={running} />
          <Controls replay={running} />
          <People replay={running} />
          <Timeline replay={running} />
        </>
      )}
      <NowStrip />
    </section>
  );
}

/** Over the map: the second window. */
export function ReplayStage() {
  const running = replay.value;
  const offset_ms = running?.offset_ms.value ?? null;
  if (running === null || offset_ms === null) return null;
  return <Second replay={running} offset_ms={offset_ms} />;
}

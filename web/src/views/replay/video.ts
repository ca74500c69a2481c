/** A replay as a film: what the map draws, with REPLAY and the replayed time in the picture, as WebM. */

import { signal } from '@preact/signals';
import { name, t } from '../../i18n';
import { exact } from '../../i18n/format';
import { head, zone } from '../../store/live';
import { map } from '../../store/map';
import type { ReplaySession } from './session';
import { w } from './words';

/** A film is never longer. */
export const MOST_S = 300;
const MOST_BYTES = 300 * 1024 * 1024;
const FRAMES_PER_S = 15;
const BITS_PER_S = 6_000_000;
/** The picture is never wider; a wall's film would be too large to send. */
const WIDEST_PX = 1920;
const BAR_PX = 40;

export type RecordingState =
  | { kind: 'idle' }
  | { kind: 'failed'; reason: string }
  | { kind: 'running'; seconds: number; share: number; save: () => void; cancel: () => void };

export const recording = signal<RecordingState>({ kind: 'idle' });

/** The strip burnt into the foot of the picture. */
function burn(g: CanvasRenderingContext2D, width: number, height: number, replay: ReplaySession): void {
  const style = getComputedStyle(document.documentElement);
  const ink = (token: string) => style.getPropertyValue(`--${token}`).trim();
  g.fillStyle = ink('replay');
  g.fillRect(0, height - BAR_PX, width, BAR_PX);
  g.fillStyle = ink('replay-on');
  g.textBaseline = 'middle';
  g.font = `700 20px ${ink('font')}`;
  g.textAlign = 'left';
  const word = t('mode.replay');
  g.fillText(word, 14, height - BAR_PX / 2);
  const after = 30 + g.measureText(word).width;
  g.font = `400 18px ${ink('font')}`;
  const { at_ms, speed } = replay.clock.peek();
  g.fillText(`${exact(at_ms, zone.peek())}  ·  ${speed}×`, after, height - BAR_PX / 2);
  const plant = head.peek();
  if (plant === null) return;
  g.textAlign = 'right';
  g.fillText(name(plant.names), width - 14, height - BAR_PX / 2);
}

function download(parts: Blob[], type: string, replay: ReplaySession): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  const stamp = new Date(replay.clock.peek().at_ms).toISOString().slice(0, 19).replaceAll(':', '');
  link.download = `${replay.plant}-replay-${stamp}.webm`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 30_000);
}

/** Plays and records until it is stopped, the span ends, or the film is as long as it may be. */
export function startRecording(replay: ReplaySession): void {
  const shown = map.peek();
  if (shown === null || recording.peek().kind === 'running') return;
  const film = document.createElement('canvas');
  const g = film.getContext('2d', { alpha: false });
  const type = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm'].find((one) =>
    MediaRecorder.isTypeSupported(one),
  );
  if (g === null || type === undefined) {
    recording.value = { kind: 'failed', reason: 'WebM' };
    return;
  }
  const parts: Blob[] = [];
  let bytes = 0;
  let kept = true;
  let drawn = false;
  const began = performance.now();
  const unwatch = shown.on('drawn', (layers) => {
    const [ground] = layers;
    if (ground === undefined) return;
    if (!drawn) {
      const scale = Math.min(1, WIDEST_PX / ground.width);
      film.width = Math.round((ground.width * scale) / 2) * 2;
      film.height = Math.round((ground.height * scale) / 2) * 2 + BAR_PX;
      drawn = true;
    }
    for (const layer of layers) g.drawImage(layer, 0, 0, film.width, film.height - BAR_PX);
    burn(g, film.width, film.height, replay);
  });
  const stream = film.captureStream(FRAMES_PER_S);
  const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: BITS_PER_S });
  const finish = () => {
    unwatch();
    window.clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
  };
  const end = (keep: boolean) => {
    kept = keep;
    if (recorder.state !== 'inactive') recorder.stop();
  };
  const timer = window.setInterval(() => {
    const seconds = (performance.now() - began) / 1000;
    const { at_ms, from_ms, to_ms, playing } = replay.clock.peek();
    recording.value = {
      kind: 'running',
      seconds,
      share: (at_ms - from_ms) / (to_ms - from_ms),
      save: () => end(true),
      cancel: () => end(false),
    };
    if (seconds > MOST_S || bytes > MOST_BYTES || (!playing && seconds > 2)) end(true);
  }, 250);
  recorder.ondataavailable = (event) => {
    parts.push(event.data);
    bytes += event.data.size;
  };
  recorder.onstop = () => {
    finish();
    replay.pause();
    if (kept && bytes === 0) {
      recording.value = { kind: 'failed', reason: w('video.nothing') };
      return;
    }
    if (kept) download(parts, type, replay);
    recording.value = { kind: 'idle' };
  };
  recorder.onerror = (event) => {
    finish();
    console.warn('recording:', event);
    recording.value = { kind: 'failed', reason: 'MediaRecorder' };
  };
  recorder.start(1000);
  if (!replay.clock.peek().playing) replay.toggle();
}

/** Leaving the replay ends the film and throws it away. */
export function cancelRecording(): void {
  const state = recording.peek();
  if (state.kind === 'running') state.cancel();
}

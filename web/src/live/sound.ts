/**
 * One sound per new alarm. A browser makes none before somebody has clicked or pressed a key: until then it is waiting,
 * and says so. Silence stops the sound that is on, and acknowledges nothing.
 */

import { signal } from '@preact/signals';
import { kept } from '../store/preferences';

export type SoundState = 'off' | 'waiting' | 'on';

export const sound = signal<SoundState>('off');
/** A sound is being made. */
export const sounding = signal(false);

/** In a storm one sound a second is enough; the most urgent alarm of that second chooses it. */
const PAUSE_MS = 1_000;
/** Frequencies in Hz, one after the other, each `TONE_S` long: the more urgent, the higher and the more often. */
const TONES: Readonly<Record<number, readonly number[]>> = {
  1: [880, 660, 880, 660, 880, 660],
  2: [660, 0, 660, 0, 660],
  3: [520, 0, 520],
  4: [440],
};
const TONE_S = 0.16;
const LOUDNESS = 0.25;

let context: AudioContext | null = null;
let playing: OscillatorNode | null = null;
let asked: number | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

function play(priority: number): void {
  if (context === null || context.state !== 'running') return;
  silence();
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.connect(gain).connect(context.destination);
  oscillator.type = 'triangle';
  const start = context.currentTime;
  const tones = TONES[priority] ?? TONES[4]!;
  tones.forEach((hz, i) => {
    gain.gain.setValueAtTime(hz === 0 ? 0 : LOUDNESS, start + i * TONE_S);
    if (hz > 0) oscillator.frequency.setValueAtTime(hz, start + i * TONE_S);
  });
  oscillator.onended = () => {
    if (playing !== oscillator) return;
    playing = null;
    sounding.value = false;
  };
  oscillator.start(start);
  oscillator.stop(start + tones.length * TONE_S);
  playing = oscillator;
  sounding.value = true;
}

/** A new alarm calls. */
export function call(priority: number): void {
  if (sound.peek() !== 'on') return;
  asked = Math.min(asked ?? 4, priority);
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    if (asked !== null) play(asked);
    asked = null;
  }, PAUSE_MS / 4);
}

/** Stops the sound that is on; alarms stay unacknowledged. */
export function silence(): void {
  playing?.stop();
  playing = null;
  sounding.value = false;
}

function wake(): void {
  if (sound.peek() !== 'waiting') return;
  try {
    context ??= new AudioContext();
  } catch (error) {
    console.warn('sound:', error);
    sound.value = 'off';
    return;
  }
  context.resume().then(
    () => {
      if (sound.peek() === 'waiting') sound.value = 'on';
    },
    (error: unknown) => console.warn('sound:', error),
  );
}

export function toggleSound(): void {
  if (sound.value === 'off') {
    sound.value = 'waiting';
    kept.write('sound', 'on');
    wake();
  } else {
    silence();
    sound.value = 'off';
    kept.write('sound', 'off');
  }
}

/** Sound is on unless somebody switched it off; it waits for the first click or key. */
export function startSound(target: Window): void {
  if (kept.read('sound') === 'off') return;
  sound.value = 'waiting';
  for (const gesture of ['pointerdown', 'keydown'] as const) target.addEventListener(gesture, wake, { capture: true });
}

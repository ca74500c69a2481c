/** The question being put together, whether it is on its way, and what came back. */

import { batch, computed, signal } from '@preact/signals';
import { head, wall_ms } from '../../store/live';
import { records } from '../../store/records';
import { siteFrame, type Frame } from '../fences/drawing/frame';
import { ask, refusal } from './calls';
import { firstQuestion, missing, requestOf, type Answers, type Path, type Question, type Request } from './question';

export const question = signal<Question>(firstQuestion(0));

/** An answer with the question it belongs to. */
export type Answered = {
  [P in Path]: { path: P; made: Answers[P]; request: Request; of: Question };
}[Path];

export const answered = signal<Answered | null>(null);
/** When the question that is on its way was asked, epoch ms of this machine. */
export const running = signal<number | null>(null);
export const fault = signal<string | null>(null);
/** The row somebody chose in the table. */
export const chosen = signal<string | null>(null);

export const frame = computed<Frame | null>(() =>
  head.value === null ? null : siteFrame(head.value.frame.origin_lon, head.value.frame.origin_lat),
);

export function change(patch: Partial<Question>): void {
  question.value = { ...question.peek(), ...patch };
}

let abort: AbortController | null = null;

export function cancel(): void {
  abort?.abort();
  abort = null;
  running.value = null;
}

export function forget(): void {
  batch(() => {
    answered.value = null;
    chosen.value = null;
    fault.value = null;
  });
}

/** Asks; an earlier question that is still on its way is given up. */
export async function run(): Promise<void> {
  const [plant, by, of] = [head.peek()?.code, frame.peek(), question.peek()];
  const now = wall_ms.peek();
  if (plant === undefined || by === null || missing(of, now) !== null) return;
  cancel();
  const mine = new AbortController();
  abort = mine;
  const zones = (records.peek()?.zones ?? []).map((zone) => zone.code);
  const request = requestOf(of, by, now, zones);
  batch(() => {
    running.value = Date.now();
    fault.value = null;
  });
  try {
    const made = await ask(plant, request, mine.signal);
    if (mine.signal.aborted) return;
    batch(() => {
      answered.value = { path: request.path, made, request, of } as Answered;
      chosen.value = null;
      running.value = null;
    });
  } catch (error) {
    if (mine.signal.aborted) return;
    batch(() => {
      fault.value = refusal(error);
      running.value = null;
    });
  }
}

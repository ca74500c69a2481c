/** The fence that is being edited: its fields and shape with undo and redo, kept on the server as they change. */
import { batch, computed, effect, signal } from '@preact/signals';
import { reason } from '../../api/fault';
import type { FenceDraftRecord, FenceFaultRecord, FenceRecord, FenceWrite } from '../../api/types.gen';
import { head } from '../../store/live';
import { records } from '../../store/records';
import { calls, local } from './calls';
import { shapeFaults, type ShapeFault } from './drawing/faults';
import { siteFrame, type Frame, type Point } from './drawing/frame';
import { drawnOf, geometryOf, shapeFrom, type Drawn } from './drawing/geojson';
import { begin, redo, step, undo, type History } from './drawing/history';
import { EMPTY, isEmpty, type Shape } from './drawing/shape';

export type Fields = Omit<Required<FenceWrite>, 'geometry' | 'drawn' | 'author' | 'reason'>;

export interface Draft {
  readonly code: string;
  /** The version it began from; null for a fence that is new. */
  readonly base: number | null;
  readonly fields: Fields;
  readonly shape: Shape;
}

export const history = signal<History<Draft> | null>(null);
/** Rises with every fence that is opened: whatever a view keeps of the one before is of no use to it. */
export const opened = signal(0);
export const draft = computed(() => history.value?.now ?? null);
/** The version the draft began from, as it was when it began. */
export const origin = signal<FenceRecord | null>(null);
/** What the server says is wrong; null while it has not judged the newest change. */
export const judged = signal<readonly FenceFaultRecord[] | null>(null);
export type Keeping = 'kept' | 'waiting' | 'local';
/** Whether the draft is on the server, on its way there, or only in this browser. */
export const keeping = signal<Keeping>('kept');
export const keepingFault = signal<string | null>(null);
export const drawingFaults = computed<readonly ShapeFault[]>(() =>
  draft.value === null ? [] : shapeFaults(draft.value.shape),
);
/** Rises when drafts were stored or thrown away, for lists of them. */
export const draftsChanged = signal(0);

export const frame = computed<Frame | null>(() =>
  head.value === null ? null : siteFrame(head.value.frame.origin_lon, head.value.frame.origin_lat),
);

export const NO_RULES: Fields['rules'] = {
  max_people: null,
  overcrowd_on_s: 10,
  overcrowd_off_s: 30,
  min_staff: [],
  understaff_s: 300,
  post_of: { roles: [], teams: [], persons: [], vehicles: [] },
  absent_s: 600,
  wrong_post_s: null,
  still_s: null,
  still_radius_m: 2,
  still_exempt: false,
  gather_exempt: false,
  overstay_s: null,
  escort: false,
  escort_m: 15,
  escort_s: 60,
  moving_with: null,
};

export const NEW_FIELDS: Fields = {
  names: { zh: '', en: '' },
  purpose: 'forbidden',
  z_min_m: -1,
  z_max_m: 10,
  level: null,
  colour: 'orange',
  priority: 2,
  allow: { roles: [], teams: [], persons: [], vehicles: [] },
  schedule: { weekly: [], dated: [] },
  rules: NO_RULES,
  enter_probability: 0.8,
  exit_probability: 0.2,
  confirm_fixes: 2,
  confirm_s: null,
};

const FIELD_NAMES = Object.keys(NEW_FIELDS) as (keyof Fields)[];

/** The editable fields of a body, defaults for what it lacks. */
export function fieldsOf(body: Partial<FenceWrite>): Fields {
  const given = Object.fromEntries(
    FIELD_NAMES.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  );
  return { ...NEW_FIELDS, ...given, rules: { ...NO_RULES, ...body.rules } } as Fields;
}

/** The draft as the server takes it. */
export function bodyOf(of: Draft, by: Frame): FenceWrite {
  return { ...of.fields, geometry: geometryOf(by, of.shape) as FenceWrite['geometry'], drawn: drawnOf(by, of.shape) };
}

export function draftFrom(code: string, base: number | null, body: Partial<FenceWrite>, by: Frame): Draft {
  const shape = body.geometry === undefined ? EMPTY : shapeFrom(by, body.geometry, body.drawn as Drawn | null);
  return { code, base, fields: fieldsOf(body), shape };
}

/** The first free code of the plant's own pattern. */
export function freeCode(taken: ReadonlySet<string>, wanted = 'F-100'): string {
  const [, stem = 'F-', digits = '100'] = /^(.*?)(\d+)$/.exec(wanted) ?? [];
  for (let n = Number(digits); ; n++) {
    const code = `${stem}${String(n).padStart(digits.length, '0')}`;
    if (!taken.has(code)) return code;
  }
}

export const codesTaken = (): Set<string> => new Set(records.peek()?.fence.keys());

function start(first: Draft, from: FenceRecord | null): void {
  batch(() => {
    history.value = begin(first);
    opened.value += 1;
    origin.value = from;
    judged.value = null;
    keeping.value = 'kept';
    keepingFault.value = null;
  });
}

export function editFence(fence: FenceRecord): void {
  const by = frame.peek();
  if (by !== null) start(draftFrom(fence.code, fence.version, fence, by), fence);
}

export function newFence(): void {
  start({ code: freeCode(codesTaken()), base: null, fields: NEW_FIELDS, shape: EMPTY }, null);
}

export function copyFence(fence: FenceRecord): void {
  const by = frame.peek();
  if (by === null) return;
  const copy = draftFrom(freeCode(codesTaken(), fence.code), null, fence, by);
  const names = { zh: `${fence.names.zh}（副本）`, en: `${fence.names.en} (copy)` };
  start({ ...copy, fields: { ...copy.fields, names } }, null);
  changed(copy);
}

/** Goes on with a draft, one's own or that of another screen. */
export function resumeDraft(record: FenceDraftRecord): void {
  const by = frame.peek();
  if (by === null) return;
  const kept = local.read(head.peek()?.code ?? '', record.code) as {
    at: number;
    base: number | null;
    body: FenceWrite;
  } | null;
  const newer = kept !== null && kept.at > Date.parse(record.changed);
  const body = newer ? kept.body : (record.body as unknown as FenceWrite);
  const known = records.peek()?.fence.get(record.code) ?? null;
  start(
    draftFrom(record.code, newer ? kept.base : record.base_version, body, by),
    known?.version === record.base_version ? known : null,
  );
  judged.value = record.faults;
  if (newer) changed(history.peek()!.now);
}

export function closeEditor(): void {
  void keepNow();
  batch(() => {
    history.value = null;
    origin.value = null;
    judged.value = null;
  });
}

// ------------------------------------------------------------ changing

/** One step; steps with the same topic right after each other are undone together. */
export function change(next: Draft, topic: string | null = null): void {
  const now = history.peek();
  if (now === null || next === now.now) return;
  history.value = step(now, next, topic);
  changed(next);
}

const NESTED = ['names', 'allow', 'schedule', 'rules'] as const;
type Nested = (typeof NESTED)[number];
type FieldsPatch = Partial<Omit<Fields, Nested>> & { [K in Nested]?: Partial<Fields[K]> };

/** Changes some fields; of nested ones only what is given: the view may not have seen the last change yet. */
export function setFields(patch: FieldsPatch, topic: string | null = null): void {
  const now = draft.peek();
  if (now === null) return;
  const fields: Fields = { ...now.fields, ...(patch as Partial<Fields>) };
  for (const name of NESTED) {
    if (patch[name] !== undefined) Object.assign(fields, { [name]: { ...now.fields[name], ...patch[name] } });
  }
  change({ ...now, fields }, topic);
}

export function setShape(shape: Shape, topic: string | null = null): void {
  const now = draft.peek();
  if (now !== null) change({ ...now, shape }, topic);
}

export function undoStep(): void {
  const now = history.peek();
  if (now === null || now.past.length === 0) return;
  history.value = undo(now);
  changed(history.value.now);
}

export function redoStep(): void {
  const now = history.peek();
  if (now === null || now.future.length === 0) return;
  history.value = redo(now);
  changed(history.value.now);
}

/** The draft builds on this version from now on; what was drawn stays. */
export function rebase(onto: FenceRecord | null): void {
  const now = history.peek();
  if (now === null) return;
  const base = onto?.version ?? null;
  batch(() => {
    origin.value = onto;
    history.value = { ...now, past: now.past.map((one) => ({ ...one, base })), now: { ...now.now, base }, future: [] };
  });
  changed(history.value!.now);
}

/** Another code for a fence that was never published. */
export function renameCode(code: string): void {
  const now = history.peek();
  if (now === null || now.now.base !== null || code === now.now.code) return;
  const plant = head.peek()?.code;
  if (plant !== undefined) {
    local.drop(plant, now.now.code);
    calls.dropDraft(plant, now.now.code).catch(() => undefined);
  }
  history.value = { ...now, past: now.past.map((one) => ({ ...one, code })), now: { ...now.now, code }, future: [] };
  changed(history.value.now);
}

// ------------------------------------------------------------ keeping

const KEEP_AFTER_MS = 700;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<void> | null = null;

/** Whether there is anything worth keeping. */
export const isBlank = (of: Draft): boolean =>
  of.base === null && isEmpty(of.shape) && of.fields.names.zh === '' && of.fields.names.en === '';

function changed(now: Draft): void {
  judged.value = null;
  if (isBlank(now)) return;
  keeping.value = 'waiting';
  const [plant, by] = [head.peek()?.code, frame.peek()];
  if (plant !== undefined && by !== null) {
    local.write(plant, now.code, { at: Date.now(), base: now.base, body: bodyOf(now, by) });
  }
  clearTimeout(timer);
  timer = setTimeout(() => void keepNow(), KEEP_AFTER_MS);
}

/** Sends what is not on the server yet; after it the draft is there, or only in this browser. */
export async function keepNow(): Promise<void> {
  clearTimeout(timer);
  if (running !== null) await running;
  const [now, plant, by] = [draft.peek(), head.peek()?.code, frame.peek()];
  if (now === null || plant === undefined || by === null || keeping.peek() === 'kept') return;
  running = (async () => {
    try {
      const stored = await calls.keepDraft(plant, now.code, now.base, bodyOf(now, by));
      draftsChanged.value += 1;
      keepingFault.value = null;
      if (draft.peek() !== now) return;
      local.drop(plant, now.code);
      judged.value = stored.faults;
      keeping.value = 'kept';
    } catch (error) {
      keepingFault.value = reason(error);
      if (draft.peek() === now) keeping.value = 'local';
    }
  })();
  await running;
  running = null;
}

/** Throws the draft away and closes. */
export async function discard(): Promise<void> {
  const [now, plant] = [draft.peek(), head.peek()?.code];
  clearTimeout(timer);
  keeping.value = 'kept';
  batch(() => {
    history.value = null;
    origin.value = null;
  });
  if (now === null || plant === undefined) return;
  local.drop(plant, now.code);
  await calls.dropDraft(plant, now.code).catch(() => undefined);
  draftsChanged.value += 1;
}

/** Tries again to hand over what only this browser has. */
effect(() => {
  if (keeping.value !== 'local') return undefined;
  const again = setInterval(() => void keepNow(), 5_000);
  return () => clearInterval(again);
});

/** A place of the draft in the words of the server's faults. */
export const placeOf = (fault: ShapeFault, by: Frame): Point | null =>
  fault.place === null ? null : by.toLonLat(fault.place[0], fault.place[1]);

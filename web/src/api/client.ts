/** HTTP to the twin: typed answers, one kind of error, paging. Same origin only. */

import type {
  Accepted,
  AcceptedMany,
  AlarmCatalogue,
  AlarmPage,
  AlarmRecord,
  AssetRecord,
  CameraRecord,
  CommissioningRecord,
  CoverageRecord,
  FenceRecord,
  MusterAccepted,
  MusterEnd,
  MusterPage,
  MusterRecord,
  MusterStart,
  MusterWord,
  ModelsManifest,
  PersonRecord,
  PlantHeadRecord,
  PlantRecord,
  Principal,
  Problem,
  SensorRecord,
  SeriesRecord,
  VehicleRecord,
  ZoneRecord,
} from './types.gen';
import { stage } from '../store/stage';

const BASE = '/api/v1';
const replaying = (): boolean => stage.peek() === 'replay';
const TIMEOUT_MS = 10_000;
/** Collections of a plant are read in pages of this many records. */
const PAGE = 1000;

export type Fault = 'replay' | 'network' | 'timeout' | 'server' | 'stale' | 'forbidden' | 'notFound' | 'unavailable';

/** A request that did not succeed, as a reason that can be said in both languages. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly fault: Fault;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly problem: Problem | null;

  constructor(fault: Fault, status: number, problem: Problem | null) {
    super(problem?.detail ?? fault);
    this.fault = fault;
    this.status = status;
    this.problem = problem;
  }
}

/** What an HTTP status means to the operator. */
export function faultOf(status: number): Fault {
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 404) return 'notFound';
  if (status === 409 || status === 412) return 'stale';
  if (status === 503) return 'unavailable';
  return 'server';
}

/** Writes and commands about the present; questions that are sent as POST are none. */
const COMMANDS =
  /\/musters\b|\/alarms\b.*\/?(acknowledge|shelve|unshelve|reset|handle|out-of-service|return-to-service)\b/;

/** Whether a request would change the present. */
export function commands(path: string, method: string): boolean {
  return method === 'POST' ? COMMANDS.test(path) : method !== 'GET' && method !== 'HEAD';
}

async function request(path: string, init: RequestInit, outer?: AbortSignal): Promise<unknown> {
  // Whoever looks at the past must not act on the present by mistake.
  if (replaying() && commands(path, init.method ?? 'GET')) throw new RequestError('replay', 0, null);
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = outer === undefined ? timeout : AbortSignal.any([timeout, outer]);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, { ...init, signal, headers: { Accept: 'application/json', ...init.headers } });
    body = response.status === 204 ? null : await response.json();
  } catch (error) {
    if (outer?.aborted) throw error;
    if (timeout.aborted) throw new RequestError('timeout', 0, null);
    if (error instanceof SyntaxError) throw new RequestError('server', 0, null);
    throw new RequestError('network', 0, null);
  }
  if (!response.ok) {
    const problem = typeof body === 'object' && body !== null && 'code' in body ? (body as Problem) : null;
    throw new RequestError(faultOf(response.status), response.status, problem);
  }
  return body;
}

/** Writes something; with the mark of the version that was read, a change made meanwhile is refused. */
export function post(path: string, body: unknown, etag?: string, signal?: AbortSignal): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json', ...(etag === undefined ? {} : { 'If-Match': etag }) };
  return request(`${BASE}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }, signal);
}

export function get(path: string, signal?: AbortSignal): Promise<unknown> {
  return request(`${BASE}${path}`, {}, signal);
}

interface Page<T> {
  items: T[];
  next: string | null;
}

/** Where the next page is: `next` is a cursor, or a whole address of ours. */
export function nextPath(path: string, next: string): string {
  if (next.startsWith('http') || next.startsWith('/')) {
    const url = new URL(next, location.origin);
    return `${url.pathname}${url.search}`.replace(BASE, '');
  }
  const url = new URL(path, location.origin);
  url.searchParams.set('next', next);
  return `${url.pathname}${url.search}`;
}

async function all<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let at: string | null = `${path}?limit=${PAGE}`;
  while (at !== null) {
    const page = (await get(at, signal)) as Page<T>;
    items.push(...page.items);
    at = page.next === null ? null : nextPath(at, page.next);
  }
  return items;
}

/** Everything that changes rarely about a plant. */
export interface PlantRecords {
  plant: PlantRecord;
  assets: AssetRecord[];
  zones: ZoneRecord[];
  fences: FenceRecord[];
  sensors: SensorRecord[];
  cameras: CameraRecord[];
  people: PersonRecord[];
  vehicles: VehicleRecord[];
}

export const plantPath = (code: string) => `/plants/${encodeURIComponent(code)}`;

export const api = {
  async plants(): Promise<PlantHeadRecord[]> {
    return all<PlantHeadRecord>('/plants');
  },

  /** Who is signed in. */
  async me(): Promise<Principal> {
    return (await get('/me')) as Principal;
  },

  async records(code: string, signal: AbortSignal): Promise<PlantRecords> {
    const path = plantPath(code);
    const [plant, assets, zones, fences, sensors, cameras, people, vehicles] = await Promise.all([
      get(path, signal) as Promise<PlantRecord>,
      all<AssetRecord>(`${path}/assets`, signal),
      all<ZoneRecord>(`${path}/zones`, signal),
      all<FenceRecord>(`${path}/fences`, signal),
      all<SensorRecord>(`${path}/sensors`, signal),
      all<CameraRecord>(`${path}/cameras`, signal),
      all<PersonRecord>(`${path}/roster`, signal),
      all<VehicleRecord>(`${path}/fleet`, signal),
    ]);
    return { plant, assets, zones, fences, sensors, cameras, people, vehicles };
  },

  async models(code: string, signal: AbortSignal): Promise<ModelsManifest> {
    return (await get(`${plantPath(code)}/models`, signal)) as ModelsManifest;
  },

  async series(code: string, sensor: string, from_ms: number, to_ms: number, signal: AbortSignal) {
    const query = new URLSearchParams({
      from: new Date(from_ms).toISOString(),
      to: new Date(to_ms).toISOString(),
      points: '360',
    });
    const path = `${plantPath(code)}/sensors/${encodeURIComponent(sensor)}/series?${query}`;
    return (await get(path, signal)) as SeriesRecord;
  },

  /** How the locator finds anchors and tags, and how engines are tied to the site. */
  async commissioning(code: string, signal: AbortSignal): Promise<CommissioningRecord> {
    return (await get(`${plantPath(code)}/commissioning`, signal)) as CommissioningRecord;
  },

  /** The error to expect over one level. */
  async coverage(code: string, level: string, signal: AbortSignal): Promise<CoverageRecord> {
    const query = new URLSearchParams({ level, step_m: '5' });
    return (await get(`${plantPath(code)}/coverage?${query}`, signal)) as CoverageRecord;
  },

  /** Past alarms, newest first. */
  async alarms(code: string, next: string | null, signal: AbortSignal): Promise<AlarmPage> {
    const path = `${plantPath(code)}/alarms?limit=100`;
    return (await get(next === null ? path : nextPath(path, next), signal)) as AlarmPage;
  },

  /** One alarm, standing or over. */
  async alarm(code: string, id: string, signal: AbortSignal): Promise<AlarmRecord> {
    return (await get(`${plantPath(code)}/alarms/${encodeURIComponent(id)}`, signal)) as AlarmRecord;
  },

  /** Musters and drills, the last begun first. */
  async musters(code: string, next: string | null, signal: AbortSignal): Promise<MusterPage> {
    const path = `${plantPath(code)}/musters`;
    return (await get(next === null ? path : nextPath(path, next), signal)) as MusterPage;
  },

  /** One muster with its roll. */
  async muster(code: string, id: string, signal: AbortSignal): Promise<MusterRecord> {
    return (await get(`${plantPath(code)}/musters/${encodeURIComponent(id)}`, signal)) as MusterRecord;
  },

  /** Where the roll is as a table for other programs. */
  rollPath(code: string, id: string, language: string): string {
    return `${BASE}${plantPath(code)}/musters/${encodeURIComponent(id)}/roll.csv?lang=${language}`;
  },

  /** Hands a command about musters over; what comes of it arrives on the live connection. */
  async musterCommand(code: string, rest: string, body: MusterStart | MusterWord | MusterEnd): Promise<MusterAccepted> {
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    return (await request(`${BASE}${plantPath(code)}/musters${rest}`, init)) as MusterAccepted;
  },

  /** What every kind of alarm means. */
  async alarmCatalogue(): Promise<AlarmCatalogue> {
    return (await get('/alarm-catalogue')) as AlarmCatalogue;
  },

  /** Hands the acknowledgement over; the alarm's new state arrives on the live connection. */
  async acknowledge(code: string, alarm: AlarmRecord): Promise<Accepted> {
    return (await post(
      `${plantPath(code)}/alarms/${encodeURIComponent(alarm.id)}/acknowledge`,
      { note: '' },
      alarm.etag,
    )) as Accepted;
  },

  /** Acknowledges those named, and says which were not. */
  async acknowledgeMany(code: string, ids: readonly string[]): Promise<AcceptedMany> {
    return (await post(`${plantPath(code)}/alarms/acknowledge`, { alarms: ids, note: '' })) as AcceptedMany;
  },
};

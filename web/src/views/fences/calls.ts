/** The fence editor's requests. Same origin, one kind of error. */
import { RequestError, faultOf } from '../../api/client';
import type {
  FenceDraftPage,
  FenceDraftRecord,
  FenceImportRecord,
  FencePreviewRecord,
  FenceRecord,
  FenceVersionPage,
  FenceWrite,
  Problem,
  RetiredFencePage,
} from '../../api/types.gen';
import { kept } from '../../store/preferences';

const TIMEOUT_MS = 15_000;

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      ...init,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { Accept: 'application/json', ...init.headers },
    });
  } catch (error) {
    const slow = error instanceof DOMException && error.name === 'TimeoutError';
    throw new RequestError(slow ? 'timeout' : 'network', 0, null);
  }
  const body: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return body as T;
  const problem = typeof body === 'object' && body !== null && 'code' in body ? (body as Problem) : null;
  throw new RequestError(faultOf(response.status), response.status, problem);
}

const sent = (method: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const ifMatch = (version: number): Record<string, string> => ({ 'If-Match': `"${version}"` });
const one = encodeURIComponent;

/**
 * Which screen this is. It lives as long as the tab, reloads included: two tabs never write into one draft.
 */
export const desk: string = (() => {
  try {
    const known = sessionStorage.getItem('plant-twin.desk');
    if (known !== null) return known;
    const made = crypto.getRandomValues(new Uint32Array(2)).join('-');
    sessionStorage.setItem('plant-twin.desk', made);
    return made;
  } catch {
    return 'main';
  }
})();

export const calls = {
  drafts: (plant: string) => ask<FenceDraftPage>(`/plants/${one(plant)}/fence-drafts`),

  keepDraft: (plant: string, code: string, base: number | null, body: object) =>
    ask<FenceDraftRecord>(
      `/plants/${one(plant)}/fence-drafts/${one(code)}?desk=${desk}`,
      sent('PUT', { base_version: base, body }),
    ),

  dropDraft: (plant: string, code: string, whose: { author: string; desk: string } | null = null) => {
    const query = new URLSearchParams(whose === null ? { desk } : { desk: whose.desk, author: whose.author });
    return ask<null>(`/plants/${one(plant)}/fence-drafts/${one(code)}?${query}`, { method: 'DELETE' });
  },

  fence: (plant: string, code: string) => ask<FenceRecord>(`/plants/${one(plant)}/fences/${one(code)}`),

  /** As the version after `base`, or as a new fence. */
  publish: (plant: string, code: string, base: number | null, body: FenceWrite) =>
    ask<FenceRecord>(
      `/plants/${one(plant)}/fences/${one(code)}`,
      sent('PUT', body, base === null ? { 'If-None-Match': '*' } : ifMatch(base)),
    ),

  versions: (plant: string, code: string) =>
    ask<FenceVersionPage>(`/plants/${one(plant)}/fences/${one(code)}/versions`),

  retired: (plant: string) => ask<RetiredFencePage>(`/plants/${one(plant)}/retired-fences`),

  retire: (plant: string, code: string, version: number, reason: string) =>
    ask<FenceVersionPage>(
      `/plants/${one(plant)}/fences/${one(code)}/retire`,
      sent('POST', { reason }, ifMatch(version)),
    ),

  revert: (plant: string, code: string, newest: number, version: number, reason: string) =>
    ask<FenceRecord>(
      `/plants/${one(plant)}/fences/${one(code)}/revert`,
      sent('POST', { version, reason }, ifMatch(newest)),
    ),

  startPreview: (plant: string, code: string, body: object) =>
    ask<FencePreviewRecord>(`/plants/${one(plant)}/fence-previews`, sent('POST', { code, body })),

  preview: (plant: string, id: string) => ask<FencePreviewRecord>(`/plants/${one(plant)}/fence-previews/${one(id)}`),

  cancelPreview: (plant: string, id: string) =>
    ask<null>(`/plants/${one(plant)}/fence-previews/${one(id)}`, { method: 'DELETE' }),

  /** What a file holds; nothing is stored. */
  readFile: (plant: string, file: File, crs: string) =>
    ask<FenceImportRecord>(`/plants/${one(plant)}/fence-imports?${new URLSearchParams({ name: file.name, crs })}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: file,
    }),

  exportPath: (plant: string, format: string, crs: string, code: string | null) =>
    `/api/v1/plants/${one(plant)}/fence-exports/${format}?${new URLSearchParams({ crs, ...(code === null ? {} : { code }) })}`,
};

/** Drafts of this browser, for when the server cannot be reached; gone once it has them. */
export const local = {
  key: (plant: string, code: string) => `fence-draft.${plant}.${code}`,
  read: (plant: string, code: string): unknown => {
    try {
      return JSON.parse(kept.read(local.key(plant, code)) ?? 'null');
    } catch {
      return null;
    }
  },
  write: (plant: string, code: string, value: unknown): void =>
    kept.write(local.key(plant, code), JSON.stringify(value)),
  drop: (plant: string, code: string): void => kept.write(local.key(plant, code), 'null'),
};

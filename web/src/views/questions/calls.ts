/** The requests: an answer, a table, a report. One kind of error, and it says why. */

import { faultOf, RequestError } from '../../api/client';
import { reason } from '../../api/fault';
import type { Problem } from '../../api/types.gen';
import type { Answers, Path, Request } from './question';
import { wordOr } from './words';

/** The store gives up after a minute. */
const TIMEOUT_MS = 75_000;

async function sent(plant: string, path: string, body: object, accept: string, outer: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(`/api/v1/plants/${encodeURIComponent(plant)}/questions/${path}`, {
      method: 'POST',
      signal: AbortSignal.any([timeout, outer]),
      headers: { 'Content-Type': 'application/json', Accept: accept },
      body: JSON.stringify(body),
    });
  } catch (error) {
    if (outer.aborted) throw error;
    throw new RequestError(timeout.aborted ? 'timeout' : 'network', 0, null);
  }
  if (response.ok) return response;
  const told: unknown = await response.json().catch(() => null);
  const problem = typeof told === 'object' && told !== null && 'code' in told ? (told as Problem) : null;
  throw new RequestError(faultOf(response.status), response.status, problem);
}

export async function ask<P extends Path>(
  plant: string,
  request: Request & { path: P },
  signal: AbortSignal,
): Promise<Answers[P]> {
  const response = await sent(plant, request.path, request.body, 'application/json', signal);
  return (await response.json()) as Answers[P];
}

export async function tableFile(plant: string, request: Request, signal: AbortSignal): Promise<Blob> {
  return (await sent(plant, request.path, request.body, 'text/csv', signal)).blob();
}

export async function reportFile(
  plant: string,
  request: Request,
  language: string,
  note: string,
  signal: AbortSignal,
): Promise<Blob> {
  const body = { ...request.body, language, note };
  return (
    await sent(plant, `${request.path}/report`, body, 'application/pdf, application/problem+json', signal)
  ).blob();
}

/** Why nothing came of it, in the operator's words; what has no word says what the service said. */
export function refusal(error: unknown): string {
  if (!(error instanceof RequestError) || error.problem === null) return reason(error);
  const { code, detail } = error.problem;
  return wordOr(`refused.${code}`, `${reason(error)}: ${detail}`);
}

/** Hands a file to the browser. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

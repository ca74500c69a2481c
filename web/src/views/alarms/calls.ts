/** What the alarm views ask of the twin and tell it. */

import { get, nextPath, plantPath, post } from '../../api/client';
import { reason } from '../../api/fault';
import type { AlarmExplanation, AlarmRecord, AlarmStatistics, JournalPage, RerunRecord } from '../../api/types.gen';
import { t } from '../../i18n';
import { acknowledgeFault, acknowledging, settled } from '../../store/alarms';
import { head } from '../../store/live';

const path = (rest: string): string => `${plantPath(head.peek()?.code ?? '')}${rest}`;
const of = (id: string): string => `/alarms/${encodeURIComponent(id)}`;

export interface Past {
  from_ms: number;
  to_ms: number;
}

const spanOf = ({ from_ms, to_ms }: Past): Record<string, string> => ({
  from: new Date(from_ms).toISOString(),
  to: new Date(to_ms).toISOString(),
});

export async function statistics(past: Past, operators: number, signal: AbortSignal): Promise<AlarmStatistics> {
  const query = new URLSearchParams({ ...spanOf(past), operators: String(operators) });
  return (await get(path(`/alarm-statistics?${query}`), signal)) as AlarmStatistics;
}

export interface JournalFilter extends Past {
  kind: string;
  subject: string;
  fence: string;
}

export async function journal(
  filter: JournalFilter,
  next: string | null,
  limit: number,
  signal: AbortSignal,
): Promise<JournalPage> {
  const query = new URLSearchParams({ ...spanOf(filter), limit: String(limit) });
  for (const key of ['kind', 'subject', 'fence'] as const) if (filter[key] !== '') query.set(key, filter[key]);
  const first = path(`/alarm-journal?${query}`);
  return (await get(next === null ? first : nextPath(first, next), signal)) as JournalPage;
}

export async function explanation(id: string, signal: AbortSignal): Promise<AlarmExplanation> {
  return (await get(path(`${of(id)}/explain`), signal)) as AlarmExplanation;
}

export async function rerun(id: string, signal: AbortSignal): Promise<RerunRecord> {
  return (await post(path(`${of(id)}/rerun`), {}, undefined, signal)) as RerunRecord;
}

export type Command = 'shelve' | 'unshelve' | 'reset' | 'handle' | 'out-of-service' | 'return-to-service';

/** The server took a command; its effect must arrive on the live connection within this time. */
const EFFECT_MS = 10_000;

/**
 * Sends a word about an alarm. The alarm changes only when the live connection says so; until then it is marked as
 * waiting. Gives null, or why it was not taken.
 */
export async function tell(alarm: AlarmRecord, command: Command, body: object): Promise<string | null> {
  try {
    await post(path(`${of(alarm.id)}/${command}`), body, alarm.etag);
  } catch (error) {
    return reason(error);
  }
  acknowledging.value = new Set([...acknowledging.value, alarm.id]);
  setTimeout(() => {
    if (!acknowledging.value.has(alarm.id)) return;
    settled([alarm.id]);
    acknowledgeFault.value = { id: alarm.id, reason: t('error.timeout') };
  }, EFFECT_MS);
  return null;
}

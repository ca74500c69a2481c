/** When a local day of the plant begins. Pure. */

/** Epoch ms of the last midnight in a zone up to an instant. */
export function dayBegin(t_ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(t_ms);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const into_ms = ((of('hour') * 60 + of('minute')) * 60 + of('second')) * 1000 + (t_ms % 1000);
  return t_ms - into_ms;
}

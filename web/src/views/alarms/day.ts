/** Times of the plant's zone in date fields, and when its days begin. Pure. */

function parts(t_ms: number, zone: string): (type: string) => string {
  const found = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(t_ms);
  return (type) => found.find((part) => part.type === type)?.value ?? '00';
}

/** Epoch ms of the last midnight in a zone up to an instant. */
export function dayBegin(t_ms: number, zone: string): number {
  const of = parts(t_ms, zone);
  const into_ms = ((Number(of('hour')) * 60 + Number(of('minute'))) * 60 + Number(of('second'))) * 1000;
  return t_ms - into_ms - (t_ms % 1000);
}

/** `2026-11-25T08:30` in a zone, as date fields want it. */
export function fieldTime(t_ms: number, zone: string): string {
  const of = parts(t_ms, zone);
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/** The instant a date field means in a zone; null when it is not filled. */
export function fieldInstant(text: string, zone: string): number | null {
  const asUtc = Date.parse(`${text}Z`);
  if (!Number.isFinite(asUtc)) return null;
  // The zone's offset there; asked twice, because it may change between the two.
  let t_ms = asUtc;
  for (let i = 0; i < 2; i++)
    t_ms = asUtc - (Date.parse(`${fieldTime(t_ms, zone)}Z`) - Math.floor(t_ms / 60_000) * 60_000);
  return t_ms;
}

/** Whole lengths of time without their noughts: `30 min`, not `30 min 0 s`. */
export function whole(text: string): string {
  return text.replace(/ 0 (s|min|h)$/, '');
}

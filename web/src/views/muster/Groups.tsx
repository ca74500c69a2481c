import type { MusterRecord, MusterRowRecord } from '../../api/types.gen';
import { name } from '../../i18n';
import { records } from '../../store/records';
import { STANDINGS, standings, type StandingName } from '../../store/muster';
import { StandingMark } from './StandingMark';
import { w } from './words';

export function teamName(code: string | null): string {
  if (code === null) return '';
  const team = records.value?.plant.teams.find((one) => one.code === code);
  return team === undefined ? code : name(team.names);
}

/** Rows by team or muster point, each group with those who are missing by name. */
export function groupsOf(
  roll: MusterRecord,
  by: 'team' | 'point',
): { key: string; label: string; rows: MusterRowRecord[] }[] {
  const groups = new Map<string, MusterRowRecord[]>();
  if (by === 'point') for (const point of roll.points) groups.set(point.fence, []);
  for (const row of roll.rows) {
    const key = (by === 'team' ? row.team : row.standing === 'safe' ? row.point : null) ?? '';
    const found = groups.get(key);
    if (found === undefined) groups.set(key, [row]);
    else found.push(row);
  }
  const point = new Map(roll.points.map((one) => [one.fence, name(one.names)]));
  const label = (key: string) =>
    key === ''
      ? w(by === 'team' ? 'team.none' : 'point.none')
      : by === 'team'
        ? teamName(key)
        : (point.get(key) ?? key);
  const missing = (rows: readonly MusterRowRecord[]) => rows.filter((row) => row.standing !== 'safe').length;
  return [...groups.entries()]
    .map(([key, rows]) => ({ key, label: label(key), rows }))
    .sort((a, b) => missing(b.rows) - missing(a.rows) || a.label.localeCompare(b.label));
}

function Counts({ counts }: { counts: Record<StandingName, number> }) {
  return (
    <span class="muster-group-counts">
      {STANDINGS.filter((standing) => counts[standing] > 0).map((standing) => (
        <span key={standing} title={w(standing)}>
          <StandingMark standing={standing} />
          {counts[standing]}
        </span>
      ))}
    </span>
  );
}

/** The roll by team or by muster point. */
export function Groups({ roll, by }: { roll: MusterRecord; by: 'team' | 'point' }) {
  return (
    <ul class="muster-list" data-testid={`muster-by-${by}`}>
      {groupsOf(roll, by).map((group) => {
        const missing = group.rows.filter((row) => row.standing !== 'safe');
        return (
          <li key={group.key} class="muster-group">
            <div class="muster-group-head">
              <strong>{group.label}</strong>
              <span class="muted">{w('present', { n: group.rows.length })}</span>
              <Counts counts={standings(group.rows)} />
            </div>
            {missing.length > 0 && (
              <p class="muster-missing">
                {missing.map((row) => (
                  <span key={row.subject.id}>
                    <StandingMark standing={row.standing} />
                    {name(row.subject.names)}
                  </span>
                ))}
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}

import { name } from '../../i18n';
import { list, number } from '../../i18n/format';
import { records } from '../../store/records';
import { differences, sameGeometry } from './compared';
import { fieldName, w } from './words';

function called(field: string, code: string): string {
  const read = records.peek();
  const last = field.split('.').at(-1) ?? '';
  const entry =
    last === 'roles' || last === 'role'
      ? read?.plant.roles.find((one) => one.code === code)
      : last === 'teams' || last === 'team'
        ? read?.plant.teams.find((one) => one.code === code)
        : last === 'persons'
          ? read?.person.get(code)
          : last === 'vehicles' || last === 'moving_with'
            ? read?.vehicle.get(code)
            : last === 'level'
              ? read?.plant.levels.find((one) => one.code === code)
              : undefined;
  return entry === undefined ? code : name(entry.names);
}

/** A value of a field as an operator reads it. */
export function said(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value === 'boolean') return value ? '✓' : '—';
  if (typeof value === 'number') {
    const unit = field.endsWith('_m') ? ' m' : field.endsWith('_s') ? ' s' : '';
    return `${number(value, Number.isInteger(value) ? 0 : 2)}${unit}`;
  }
  if (typeof value === 'string') return w.known(`${field}.${value}`) ?? called(field, value);
  if (Array.isArray(value)) {
    if (value.length === 0) return '—';
    return list(value.map((one: unknown) => (typeof one === 'string' ? called(field, one) : spoken(one))));
  }
  return spoken(value);
}

/** A window, a date or a demand of staff in few words. */
function spoken(value: unknown): string {
  const of = value as Record<string, unknown>;
  if ('start' in of)
    return `${(of['days'] as number[]).map((day) => w.known(`day.${day}`)).join('')} ${String(of['start'])}–${String(of['end'])}`;
  if ('starts' in of)
    return `${String(of['starts'])}–${String(of['ends'])} ${w(of['open'] === true ? 'schedule.open' : 'schedule.closed')}`;
  if ('people' in of) {
    const who = [of['role'], of['team']].filter((one) => one != null);
    return `${who.length === 0 ? w('staff.any') : list([said('role', of['role']), said('team', of['team'])].filter((one) => one !== '—'))} ≥ ${String(of['people'])}`;
  }
  return JSON.stringify(value);
}

interface Shaped {
  geometry?: { type: string; coordinates?: unknown };
}

/** What differs between two states of a fence, field by field. */
export function DifferenceTable({
  before,
  after,
  titles,
}: {
  before: object;
  after: object;
  titles: readonly [string, string];
}) {
  const found = differences(before, after);
  const [a, b] = [before as Shaped, after as Shaped];
  const moved = !sameGeometry(a.geometry, b.geometry);
  if (found.length === 0 && !moved) return <p class="fence-notice">{w('version.same')}</p>;
  return (
    <table class="fence-differences" data-testid="fence-differences">
      <thead>
        <tr>
          <th scope="col">{w('conflict.field')}</th>
          <th scope="col" class="is-before">
            {titles[0]}
          </th>
          <th scope="col" class="is-after">
            {titles[1]}
          </th>
        </tr>
      </thead>
      <tbody>
        {moved && (
          <tr data-field="geometry">
            <th scope="row">{w('field.geometry')}</th>
            <td colSpan={2}>{w('publish.geometry')}</td>
          </tr>
        )}
        {found.map((one) => (
          <tr key={one.field} data-field={one.field}>
            <th scope="row">{fieldName(one.field)}</th>
            <td class="is-before">{said(one.field, one.before)}</td>
            <td class="is-after">{said(one.field, one.after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

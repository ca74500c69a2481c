import { Crosshair, X } from 'lucide';
import { name } from '../../i18n';
import { people, mover } from '../../store/live';
import { following, select, selection } from '../../store/selection';
import { fly } from '../../ui/actions';
import { Icon } from '../../ui/Icon';
import { RoleGlyph } from '../../ui/marks';
import type { ReplaySession } from './session';
import { w } from './words';

/** Whose bands and emphasised trails are shown; one of them may be followed. */
export function People({ replay }: { replay: ReplaySession }) {
  const chosen = replay.people.value;
  const selected = selection.value?.kind === 'mover' ? mover.value.get(selection.value.id) : undefined;
  const others = people.value.rows.filter((row) => !chosen.includes(row.id));
  return (
    <div class="replay-people">
      {chosen.map((id) => {
        const row = mover.value.get(id);
        const title = row === undefined ? id : name(row.names);
        const followed = following.value === id;
        return (
          <span key={id} class="replay-person" data-testid="replay-person" data-id={id}>
            <button
              type="button"
              onClick={() => {
                select({ kind: 'mover', id });
                fly({ kind: 'mover', id });
              }}
            >
              {row !== undefined && <RoleGlyph glyph={row.glyph} />}
              {title}
            </button>
            <button
              type="button"
              aria-pressed={followed}
              title={w(followed ? 'people.unfollow' : 'people.follow')}
              aria-label={w(followed ? 'people.unfollow' : 'people.follow')}
              data-testid="replay-follow"
              onClick={() => {
                select({ kind: 'mover', id });
                following.value = followed ? null : id;
              }}
            >
              <Icon node={Crosshair} size={0.875} />
            </button>
            <button
              type="button"
              title={w('people.remove', { name: title })}
              aria-label={w('people.remove', { name: title })}
              onClick={() => replay.choose(id, false)}
            >
              <Icon node={X} size={0.875} />
            </button>
          </span>
        );
      })}
      {selected !== undefined && !chosen.includes(selected.id) && (
        <button
          type="button"
          class="button"
          data-testid="replay-add-selected"
          onClick={() => replay.choose(selected.id, true)}
        >
          {w('people.addSelected', { name: name(selected.names) })}
        </button>
      )}
      <select
        aria-label={w('people.add')}
        value=""
        data-testid="replay-add"
        onChange={(event) => {
          if (event.currentTarget.value !== '') replay.choose(event.currentTarget.value, true);
          event.currentTarget.value = '';
        }}
      >
        <option value="">{w('people.add')}</option>
        {others.map((row) => (
          <option key={row.id} value={row.id}>
            {name(row.names)} {row.id}
          </option>
        ))}
      </select>
      {chosen.length > 0 && (
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={replay.only.value}
            onChange={() => (replay.only.value = !replay.only.value)}
          />
          <span class="switch-track" />
          <span>{w('people.only')}</span>
        </label>
      )}
    </div>
  );
}

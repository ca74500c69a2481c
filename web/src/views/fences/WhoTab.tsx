import { X } from 'lucide';
import { useId, useState } from 'preact/hooks';
import { name } from '../../i18n';
import type { Names } from '../../map/port';
import { records } from '../../store/records';
import { Icon } from '../../ui/Icon';
import { setFields, type Draft, type Fields } from './editor';
import { w } from './words';

export type AllowFields = Fields['allow'];
const GROUPS = ['roles', 'teams', 'persons', 'vehicles'] as const;
type Group = (typeof GROUPS)[number];
interface Entry {
  code: string;
  names: Names;
}
const MOST_FOUND = 8;

function entriesOf(group: Group): readonly Entry[] {
  const read = records.value;
  if (read === null) return [];
  return { roles: read.plant.roles, teams: read.plant.teams, persons: read.people, vehicles: read.vehicles }[group];
}

/** A search that adds one of many. */
function Picker({
  entries,
  taken,
  label,
  onPick,
}: {
  entries: readonly Entry[];
  taken: ReadonlySet<string>;
  label: string;
  onPick: (code: string) => void;
}) {
  const [words, setWords] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const wanted = words.trim().toLowerCase();
  const found =
    wanted === ''
      ? []
      : entries
          .filter(
            (one) =>
              !taken.has(one.code) &&
              [one.code, one.names.zh, one.names.en].some((text) => text.toLowerCase().includes(wanted)),
          )
          .slice(0, MOST_FOUND);
  const pick = (code: string) => {
    onPick(code);
    setWords('');
    setAt(0);
  };
  return (
    <div class="fence-picker">
      <input
        type="search"
        aria-autocomplete="list"
        aria-controls={id}
        aria-label={label}
        placeholder={w('who.find')}
        value={words}
        onInput={(event) => {
          setWords(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
          else if (event.key === 'Enter' && found[at] !== undefined) pick(found[at].code);
          else if (event.key === 'Escape' && words !== '') setWords('');
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {found.length > 0 && (
        <ul id={id} role="listbox">
          {found.map((one, i) => (
            <li
              key={one.code}
              role="option"
              aria-selected={i === at}
              onPointerDown={(event) => {
                event.preventDefault();
                pick(one.code);
              }}
            >
              <b>{one.code}</b> {name(one.names)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A set of roles, teams, people and vehicles. */
export function AllowEditor({
  allow,
  onAllow,
  topic,
  nobody,
}: {
  allow: AllowFields;
  onAllow: (allow: AllowFields, topic: string) => void;
  topic: string;
  nobody: string;
}) {
  const empty = GROUPS.every((group) => (allow[group] ?? []).length === 0);
  return (
    <div class="fence-allow">
      {empty && <p class="fence-nobody">{nobody}</p>}
      {GROUPS.map((group) => {
        const entries = entriesOf(group);
        if (entries.length === 0) return null;
        const chosen = new Set(allow[group] ?? []);
        const set = (codes: string[]) => onAllow({ ...allow, [group]: codes }, `${topic} ${group}`);
        const toggle = (code: string) =>
          set(chosen.has(code) ? [...chosen].filter((one) => one !== code) : [...chosen, code]);
        return (
          <fieldset key={group}>
            <legend>{w(`who.${group}`)}</legend>
            {group === 'roles' || group === 'teams' ? (
              <div class="fence-checks">
                {entries.map((one) => (
                  <label key={one.code}>
                    <input type="checkbox" checked={chosen.has(one.code)} onChange={() => toggle(one.code)} />
                    {name(one.names)}
                  </label>
                ))}
              </div>
            ) : (
              <>
                <div class="fence-chips">
                  {[...chosen].map((code) => {
                    const entry = entries.find((one) => one.code === code);
                    const called = entry === undefined ? code : `${name(entry.names)} ${code}`;
                    return (
                      <span key={code} class={entry === undefined ? 'fence-chip is-unknown' : 'fence-chip'}>
                        {called}
                        <button
                          type="button"
                          aria-label={w('who.remove', { name: called })}
                          onClick={() => toggle(code)}
                        >
                          <Icon node={X} size={0.7} />
                        </button>
                      </span>
                    );
                  })}
                </div>
                <Picker
                  entries={entries}
                  taken={chosen}
                  label={`${w(`who.${group}`)}: ${w('who.find')}`}
                  onPick={toggle}
                />
              </>
            )}
          </fieldset>
        );
      })}
    </div>
  );
}

/** Who may be inside. */
export function WhoTab({ of }: { of: Draft }) {
  return (
    <div class="fence-form">
      <h3>{w('who.allowed')}</h3>
      <AllowEditor
        allow={of.fields.allow}
        nobody={w('who.nobody')}
        topic="allow"
        onAllow={(allow) => setFields({ allow })}
      />
    </div>
  );
}

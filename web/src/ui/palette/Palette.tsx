import { Search } from 'lucide';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { lookUp, name, t } from '../../i18n';
import { mover, people, roles } from '../../store/live';
import { layers, toggleLayer } from '../../store/preferences';
import { records } from '../../store/records';
import { alarmListOpen, overlay } from '../../store/selection';
import { map } from '../../store/map';
import { openView, toggleView } from '../../store/views';
import { MODES } from '../../views/registry';
import { goTo, switchLanguage, switchTheme } from '../actions';
import { Icon } from '../Icon';
import { RoleGlyph } from '../marks';
import { actionEntries, thingEntries, type Choice } from './entries';
import { prepare, search, type Entry } from './search';

const SHOWN = 40;

function run(choice: Choice): void {
  if ('kind' in choice) {
    goTo(choice);
    return;
  }
  switch (choice.act) {
    case 'layer':
      toggleLayer(choice.layer);
      break;
    case 'mode':
      MODES.find((mode) => mode.key === choice.mode)?.toggle();
      break;
    case 'view':
      if (openView.value !== choice.view) toggleView(choice.view);
      break;
    case 'language':
      switchLanguage();
      break;
    case 'theme':
      switchTheme();
      break;
    case 'tilt':
      map.value?.toggle3d();
      break;
    case 'alarms':
      alarmListOpen.value = true;
      break;
    case 'help':
      overlay.value = 'help';
      break;
    default:
      map.value?.[choice.act]();
  }
}

/** What kind of thing a row is, in the operator's words. */
function kindWord(entry: Entry<Choice>): string {
  if (entry.kind === 'asset') {
    const kind = records.value?.asset.get(entry.code)?.kind;
    return lookUp(`asset.${kind}`) ?? t('asset.other');
  }
  if (entry.kind === 'person') {
    const role = mover.value.get(entry.code)?.role;
    const found = roles.value.find((row) => row.code === role);
    if (found !== undefined) return name(found.names);
  }
  if (entry.kind === 'tag') return t('kind.tagid');
  return t(`kind.${entry.kind}`);
}

function Sign({ entry }: { entry: Entry<Choice> }) {
  const glyph =
    'kind' in entry.value && entry.value.kind === 'mover' ? mover.value.get(entry.value.id)?.glyph : undefined;
  return <span class="palette-sign">{glyph !== undefined && <RoleGlyph glyph={glyph} />}</span>;
}

function Box() {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const things = useMemo(() => prepare(thingEntries(people.value, records.value)), [people.value, records.value]);
  const actions = useMemo(() => actionEntries(layers.value), [layers.value]);
  const prepared = useMemo(() => [...things, ...prepare(actions)], [things, actions]);
  const found = query.trim() === '' ? actions : search(prepared, query, SHOWN);
  const chosen = Math.min(at, found.length - 1);

  // Before the next key arrives, or a fast typist would lose the first letters.
  useLayoutEffect(() => {
    const before = document.activeElement;
    input.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    document.getElementById(`palette-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  const choose = (entry: Entry<Choice>) => {
    overlay.value = null;
    run(entry.value);
  };
  const key = (event: KeyboardEvent) => {
    // A Chinese input method uses these keys itself while a word is being composed.
    if (event.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      if (found.length > 0) setAt((chosen + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const entry = found[chosen];
      if (entry !== undefined) choose(entry);
    } else if (event.key === 'Tab') {
      event.preventDefault();
    }
  };
  return (
    <div class="scrim" onClick={() => (overlay.value = null)}>
      <section
        class="palette"
        role="dialog"
        aria-modal="true"
        aria-label={t('palette.title')}
        data-testid="palette"
        onClick={(event) => event.stopPropagation()}
        onKeyDown={key}
      >
        <label class="palette-input">
          <Icon node={Search} />
          <input
            ref={input}
            type="text"
            role="combobox"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
            autocomplete="off"
            spellcheck={false}
            placeholder={t('palette.placeholder')}
            value={query}
            onInput={(event) => {
              setQuery(event.currentTarget.value);
              setAt(0);
            }}
          />
        </label>
        <ul id="palette-list" role="listbox" aria-label={t('palette.title')}>
          {found.map((entry, i) => (
            <li
              key={`${entry.kind} ${entry.code} ${entry.names.en}`}
              id={`palette-${i}`}
              role="option"
              aria-selected={i === chosen}
              onClick={() => choose(entry)}
              onMouseMove={() => setAt(i)}
            >
              <Sign entry={entry} />
              <span class="palette-name">{name(entry.names)}</span>
              <span class="palette-code">{entry.code}</span>
              <span class="palette-kind">{kindWord(entry)}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 && (
          <p class="empty">
            <strong>{t('palette.none', { query })}</strong>
            <br />
            {t('palette.none.more')}
          </p>
        )}
        <footer>{t('palette.hint')}</footer>
      </section>
    </div>
  );
}

/** Ctrl-K: go to anything, do anything. */
export function Palette() {
  return overlay.value === 'palette' ? <Box /> : null;
}

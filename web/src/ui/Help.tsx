import { X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { name, t } from '../i18n';
import { overlay } from '../store/selection';
import { MODES, VIEWS } from '../views/registry';
import { Icon } from './Icon';
import { SHORTCUTS } from './keyboard';

const SHOWN: Readonly<Record<string, string>> = { Escape: 'Esc', '-': '−' };
const KEYS: Readonly<Record<string, readonly string[]>> = { 'help.search': ['Ctrl', 'K'], 'help.zoom': ['+', '-'] };

function Sheet() {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  const rows = [...new Map(SHORTCUTS.map((one) => [one.help, KEYS[one.help] ?? one.keys])).entries()];
  return (
    <div class="scrim" onClick={() => (overlay.value = null)}>
      <section
        class="help"
        role="dialog"
        aria-modal="true"
        aria-label={t('help.title')}
        data-testid="help"
        onClick={(event) => event.stopPropagation()}
      >
        <header>
          <h2>{t('help.title')}</h2>
          <button
            ref={close}
            type="button"
            class="icon-button"
            aria-label={t('inspect.close')}
            onClick={() => (overlay.value = null)}
          >
            <Icon node={X} />
          </button>
        </header>
        <dl>
          {rows.map(([help, keys]) => (
            <div key={help}>
              <dt>{t(help)}</dt>
              <dd>
                {keys.map((key) => (
                  <kbd key={key}>{SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</kbd>
                ))}
              </dd>
            </div>
          ))}
          <div>
            <dt>{t('help.list')}</dt>
            <dd>
              {['A', 'S', 'W', 'X', 'Enter'].map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
          {[...MODES, ...VIEWS].map((view) => (
            <div key={view.key}>
              <dt>{name(view.title)}</dt>
              <dd>
                <kbd>{view.letter.toUpperCase()}</kbd>
              </dd>
            </div>
          ))}
          {MODES.flatMap((mode) => mode.keys).map(({ keys, does }) => (
            <div key={does.en}>
              <dt>{name(does)}</dt>
              <dd>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dd>
            </div>
          ))}
        </dl>
        <p class="muted">{t('help.map')}</p>
      </section>
    </div>
  );
}

/** All keys, written down. */
export function Help() {
  return overlay.value === 'help' ? <Sheet /> : null;
}

import { ArrowDown, Moon, Search, Sun, Undo2, UserRound, UsersRound } from 'lucide';
import { language, name, t } from '../i18n';
import { clock, day, number, zoneName } from '../i18n/format';
import { frozen, heads, head, liveness, now_ms, weather, zone } from '../store/live';
import { closeReplay, replaying } from '../store/replay';
import { overlay } from '../store/selection';
import { theme } from '../store/preferences';
import { accountName } from '../store/session';
import { switchLanguage, switchTheme } from './actions';
import { ConnectionButton } from './Connection';
import { Icon } from './Icon';

const WINDS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const;

/** The compass word of a direction in degrees clockwise from north. */
export function windWord(from_deg: number): string {
  const sector = ((Math.round(from_deg / 45) % 8) + 8) % 8;
  return t(`wind.${WINDS[sector]!}`);
}

function Mode() {
  if (replaying.value) {
    return (
      <span class="mode is-replay" data-testid="mode">
        {t('mode.replay')}
      </span>
    );
  }
  const live = liveness.value.kind === 'live';
  return (
    <span class={`mode${frozen.value ? ' is-frozen hatched' : ''}${live ? '' : ' is-not-live'}`} data-testid="mode">
      {frozen.value ? t('mode.frozen') : t('mode.live')}
    </span>
  );
}

function Wind() {
  const now = weather.value;
  if (now === null) return <span class="top-item muted">{t('top.wind.none')}</span>;
  const speed = number(now.wind_mps, 1);
  const hint = t('top.wind.hint', { from: windWord(now.wind_from_deg), speed, temp: number(now.temp_c, 0) });
  return (
    <span class="top-item wind" title={hint} aria-label={hint}>
      {/* The arrow flies with the wind: from where it comes to where it goes. */}
      <span class="wind-arrow" style={{ transform: `rotate(${now.wind_from_deg}deg)` }}>
        <Icon node={ArrowDown} size={1} />
      </span>
      <span class="top-value">{speed}</span>
      <span class="top-unit">m/s {windWord(now.wind_from_deg)}</span>
      <span class="top-unit top-temperature">{number(now.temp_c, 0)} °C</span>
    </span>
  );
}

function HeadCount() {
  const counted = heads.value;
  const hint = counted === null ? t('top.people.none') : t('top.people.hint', { ...counted });
  return (
    <span class="top-item people-count" title={hint} aria-label={`${t('top.people')}: ${hint}`}>
      <Icon node={UsersRound} size={1} />
      <span class="top-value" data-testid="head-count">
        {counted?.sure ?? '—'}
        {counted !== null && counted.unsure > 0 && <span class="unsure"> + {counted.unsure}?</span>}
      </span>
    </span>
  );
}

function Clock() {
  const zoneId = zone.value;
  return (
    <span class="top-item clock" title={t('top.time.hint', { zone: zoneId })}>
      <span class="clock-time">{clock(now_ms.value, zoneId)}</span>
      <span class="clock-day">
        {day(now_ms.value, zoneId)} · {zoneName(now_ms.value, zoneId)}
      </span>
    </span>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M12 1.5 21.1 6.75V17.25L12 22.5 2.9 17.25V6.75Z" class="mark-body" />
      <path d="M7.5 9.8v6.4M16.5 9.8v6.4M7.5 9.8c0-2 9-2 9 0s-9 2-9 0Zm0 6.4c0 2 9 2 9 0" class="mark-lines" />
    </svg>
  );
}

/** One line that says what one looks at, how true it is, and who is there. */
export function TopBar() {
  const plant = head.value;
  const dark = theme.value === 'dark';
  return (
    <header class="top">
      <Mark />
      <h1 class="top-title">
        <span class="product">{t('app.name')}</span>
        <span class="plant-name" title={plant === null ? undefined : name(plant.names)}>
          {plant === null ? '' : name(plant.names)}
        </span>
      </h1>
      {plant?.fictional === true && (
        <span class="fictional" title={t('app.fictional.long')}>
          {t('app.fictional')}
        </span>
      )}
      <Mode />
      {replaying.value && (
        <button type="button" class="button back-to-live" data-testid="back-to-live" onClick={closeReplay}>
          <Icon node={Undo2} size={0.875} />
          {t('mode.backToLive')}
          <kbd>R</kbd>
        </button>
      )}
      <span class="top-space" />
      <Wind />
      <HeadCount />
      <Clock />
      <ConnectionButton />
      <button type="button" class="search-button" onClick={() => (overlay.value = 'palette')}>
        <Icon node={Search} size={1} />
        <span class="search-text">{t('top.search')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <button
        type="button"
        class="icon-button language"
        title={t('top.language')}
        aria-label={t('top.language')}
        onClick={switchLanguage}
      >
        {language.value === 'zh' ? 'EN' : '中'}
      </button>
      <button
        type="button"
        class="icon-button theme-button"
        title={dark ? t('top.theme.light') : t('top.theme.dark')}
        aria-label={dark ? t('top.theme.light') : t('top.theme.dark')}
        onClick={switchTheme}
      >
        <Icon node={dark ? Sun : Moon} />
      </button>
      <span class="account" title={accountName()}>
        <Icon node={UserRound} size={1} />
        <span class="account-name">{accountName()}</span>
      </span>
    </header>
  );
}

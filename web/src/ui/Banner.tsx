import { CircleAlert, RefreshCw, Siren, TriangleAlert } from 'lucide';
import { t } from '../i18n';
import { age } from '../i18n/format';
import { partlyBlind } from '../live/liveness';
import { connection, liveness, now_ms, plantKnown } from '../store/live';
import { map, mapCondition } from '../store/map';
import { muster, standings } from '../store/muster';
import { modelsMissing, records, recordsFault } from '../store/records';
import { liveSession } from '../store/session';
import { liveFeed } from '../store/stage';
import { openView, toggleView } from '../store/views';
import { Icon } from './Icon';

/** What is wrong with the picture, in one line under the top bar. Says what is seen, and what to do. */
function ConnectionBanner() {
  void now_ms.value;
  const { kind, age_s } = liveness.value;
  if (kind === 'live' || !plantKnown.value) return null;
  const since = age(age_s ?? 0);
  const heading =
    kind === 'connecting' || kind === 'empty' ? t(`conn.banner.${kind}`) : t(`conn.banner.${kind}`, { age: since });
  const more =
    kind === 'connecting'
      ? null
      : kind === 'frozen'
        ? t('conn.banner.frozen.more', { age: since })
        : t(`conn.banner.${kind}.more`);
  return (
    <div class={`banner is-${kind}`} role="alert" data-testid="banner" data-kind={kind}>
      <Icon node={TriangleAlert} />
      <strong>{heading}</strong>
      {more !== null && <span class="banner-more">{more}</span>}
      {kind === 'lost' && (
        <button type="button" class="button" onClick={() => liveSession.value?.retryNow()}>
          <Icon node={RefreshCw} size={0.875} />
          {t('conn.retry')}
        </button>
      )}
    </div>
  );
}

/** One engine fell silent while others go on: the newest position is young, and most of the picture is not. */
function PartlyBlindBanner() {
  const now = connection.value;
  if (now === null || liveness.value.kind !== 'live' || !partlyBlind(now.movers, now.stale)) return null;
  return (
    <div class="banner is-late" role="alert" data-testid="partly-blind">
      <Icon node={TriangleAlert} />
      <strong>{t('conn.banner.partly', { n: now.stale, all: now.movers })}</strong>
      <span class="banner-more">{t('conn.banner.partly.more')}</span>
    </div>
  );
}

/** An evacuation is on: how many are not known to be safe, and the way to the roll. */
function MusterBanner() {
  const on = muster.value;
  if (on === null) return null;
  const counts = standings(on.rows);
  // An evacuation is of now, also over a replay.
  const since = age((liveFeed.watched(now_ms) - Date.parse(on.started)) / 1000);
  return (
    <div class={`banner ${on.drill ? 'is-late' : 'is-lost'}`} role="alert" data-testid="muster-banner">
      <Icon node={Siren} />
      <strong>{t(on.drill ? 'muster.banner.drill' : 'muster.banner', { age: since })}</strong>
      <span class="banner-more">
        {t('muster.banner.more', { safe: counts.safe, all: on.rows.length, unknown: counts.not_known })}
      </span>
      {openView.value !== 'muster' && (
        <button type="button" class="button" onClick={() => toggleView('muster')}>
          {t('muster.banner.open')}
        </button>
      )}
    </div>
  );
}

/** Everything that makes the picture less than whole, and an evacuation. */
export function Banners() {
  return (
    <div class="banners">
      <ConnectionBanner />
      <MusterBanner />
      <PartlyBlindBanner />
      {!plantKnown.value && (
        <div class="banner is-late" role="alert">
          <Icon node={CircleAlert} />
          <strong>{t('error.noPlant')}</strong>
          <span class="banner-more">{t('error.noPlant.more')}</span>
        </div>
      )}
      {mapCondition.value === 'layerlost' && (
        <div class="banner is-lost" role="alert" data-testid="layer-lost">
          <Icon node={TriangleAlert} />
          <strong>{t('map.layerLost')}</strong>
        </div>
      )}
      {recordsFault.value !== null && (
        <div class="banner is-late" role="alert">
          <Icon node={CircleAlert} />
          <strong>{t('error.records', { reason: recordsFault.value })}</strong>
          <span class="banner-more">{t('error.records.more')}</span>
        </div>
      )}
      {modelsMissing.value && records.value !== null && map.value !== null && (
        <div class="banner is-empty" role="status">
          <Icon node={CircleAlert} />
          <span>{t('map.modelsMissing')}</span>
        </div>
      )}
    </div>
  );
}

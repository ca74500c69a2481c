import { t, lookUp } from '../i18n';
import { age, count, number } from '../i18n/format';
import { connection, liveness, now_ms, unreadable } from '../store/live';
import { overlay } from '../store/selection';
import { liveSession } from '../store/session';

const SILENT_ROLE_S = 5;

/** The dot, the word and the age of the newest data. */
export function ConnectionButton() {
  const { kind, age_s } = liveness.value;
  const open = overlay.value === 'connection';
  return (
    <button
      type="button"
      class={`top-item connection is-${kind}`}
      aria-expanded={open}
      aria-haspopup="dialog"
      title={t('conn.title')}
      data-testid="connection"
      data-kind={kind}
      onClick={() => (overlay.value = open ? null : 'connection')}
    >
      <span class="dot" />
      <span class="connection-word">{t(`conn.${kind}`)}</span>
      {age_s !== null && <span class="connection-age">{age_s < 60 ? `${number(age_s, 1)} s` : age(age_s)}</span>}
    </button>
  );
}

function Row({ label, value, bad = false }: { label: string; value: string; bad?: boolean }) {
  return (
    <div class={`fact-row${bad ? ' is-bad' : ''}`}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const milliseconds = (ms: number | null): string =>
  ms === null ? t('conn.none') : ms < 60_000 ? `${number(ms / 1000, 1)} s` : age(ms / 1000);

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** What was received, refused, dropped or late: overload and bad input are never hidden. */
export function ConnectionPopover() {
  const now = connection.value;
  if (overlay.value !== 'connection') return null;
  // Once a second, so that ages move while nothing arrives.
  void now_ms.value;
  const lost = liveness.value.kind === 'lost';
  return (
    <section class="popover connection-popover" role="dialog" aria-label={t('conn.title')} data-testid="quality">
      <h2>{t('conn.title')}</h2>
      {lost && (
        <button type="button" class="button is-main" onClick={() => liveSession.value?.retryNow()}>
          {t('conn.retry')}
        </button>
      )}
      {now === null ? (
        <p class="muted">{t('conn.banner.connecting')}</p>
      ) : (
        <>
          {now.healing && <p class="notice">{t('conn.healing')}</p>}
          <dl class="fact-rows">
            <Row label={t('conn.dataAge')} value={milliseconds(now.data_age_ms)} />
            <Row label={t('conn.positionsAge')} value={milliseconds(now.positions_age_ms)} />
            {Object.entries(now.lag_ms).map(([stage, ms]) => (
              <Row
                key={stage}
                label={lookUp(`lag.${stage}`) ?? `${t('conn.delay')} · ${stage}`}
                value={`${number(ms, 0)} ms`}
              />
            ))}
            <Row label={t('conn.stale')} value={count(now.stale)} bad={now.stale > 0} />
            <Row label={t('conn.unseen')} value={count(now.unseen)} />
          </dl>
          <h3>{t('conn.roles')}</h3>
          <dl class="fact-rows">
            {Object.entries(now.roles).map(([role, state]) => {
              const silent = state.age_s > SILENT_ROLE_S;
              const word = silent ? t('conn.silent', { age: age(state.age_s) }) : t(`conn.${state.status}`);
              return (
                <Row
                  key={role}
                  label={lookUp(`conn.role.${role}`) ?? role}
                  value={state.detail === '' ? word : `${word} · ${state.detail}`}
                  bad={silent || state.status !== 'ok'}
                />
              );
            })}
          </dl>
          <h3>{t('conn.ingest')}</h3>
          <dl class="fact-rows">
            <Row label={t('conn.received')} value={count(now.ingest.received)} />
            <Row label={t('conn.refused')} value={count(sum(now.ingest.rejected))} bad={sum(now.ingest.rejected) > 0} />
            {Object.entries(now.ingest.rejected).map(([why, n]) => (
              <Row key={why} label={`  ${lookUp(`refusal.${why}`) ?? why}`} value={count(n)} />
            ))}
            <Row label={t('conn.dropped')} value={count(sum(now.dropped))} bad={sum(now.dropped) > 0} />
            <Row label={t('conn.late.count')} value={count(now.late)} bad={now.late > 0} />
            <Row label={t('conn.holes')} value={count(now.holes)} bad={now.holes > 0} />
            <Row label={t('conn.conflated')} value={count(now.conflated)} />
            <Row label={t('conn.unreadable')} value={count(unreadable.value)} bad={unreadable.value > 0} />
          </dl>
        </>
      )}
    </section>
  );
}

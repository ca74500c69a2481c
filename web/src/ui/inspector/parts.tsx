/** The pieces every inspector is made of. */

import { BellRing, ChevronRight, Cctv, CircleGauge, Container, Fence, LocateFixed, MapPinned, X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import { select, type Selection } from '../../store/selection';
import { canFly, fly, goTo } from '../actions';
import { Icon } from '../Icon';
import { RoleGlyph } from '../marks';
import type { Tone } from './words';

export interface Fact {
  label: string;
  value: ComponentChildren;
  hint?: string;
}

/** The three facts that matter, side by side. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map((fact) => (
        <div key={fact.label} title={fact.hint}>
          <dt>{fact.label}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The rest, one line each. A line without a value is left out. */
export function Details({ facts }: { facts: readonly Fact[] }) {
  const given = facts.filter((fact) => fact.value !== null && fact.value !== undefined && fact.value !== '');
  if (given.length === 0) return null;
  return (
    <dl class="fact-rows">
      {given.map((fact) => (
        <div key={fact.label} class="fact-row" title={fact.hint}>
          <dt>{fact.label}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function StateLine({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <p class={`state-line tone-${tone}${tone === 'stale' ? ' hatched' : ''}`} data-testid="state-line">
      <span class="tone-dot" />
      {children}
    </p>
  );
}

const SIGNS = {
  asset: Container,
  sensor: CircleGauge,
  zone: MapPinned,
  fence: Fence,
  camera: Cctv,
  alarm: BellRing,
  mover: LocateFixed,
} as const;

interface LinkProps {
  to: Selection;
  title: string;
  /** Role glyph instead of the kind's icon. */
  glyph?: string | undefined;
  hollow?: boolean;
  children?: ComponentChildren;
}

/** A row that leads to something related. */
export function Related({ to, title, glyph, hollow = false, children }: LinkProps) {
  return (
    <li>
      <button type="button" class="related" onClick={() => goTo(to)}>
        {glyph === undefined ? <Icon node={SIGNS[to.kind]} size={1} /> : <RoleGlyph glyph={glyph} hollow={hollow} />}
        <span class="related-title">{title}</span>
        <span class="related-more">{children}</span>
        <Icon node={ChevronRight} size={0.875} />
      </button>
    </li>
  );
}

interface SectionProps {
  title: string;
  /** Shown when there are no children. */
  empty?: string;
  count?: number;
  children?: ComponentChildren;
}

export function Section({ title, empty, count, children }: SectionProps) {
  const none = Array.isArray(children) ? children.length === 0 : children == null;
  if (none && empty === undefined) return null;
  return (
    <section class="inspector-section">
      <h3>
        {title}
        {count !== undefined && count > 0 && <span class="section-count">{count}</span>}
      </h3>
      {none ? <p class="muted">{empty}</p> : children}
    </section>
  );
}

interface FrameProps {
  of: Selection;
  kind: string;
  title: string;
  code: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** Head, body and actions of an inspector. */
export function InspectorFrame({ of, kind, title, code, actions, children }: FrameProps) {
  return (
    <aside class="inspector" aria-label={title} data-testid="inspector" data-kind={of.kind} data-id={of.id}>
      <header>
        <p class="inspector-kind">
          {kind} <span>{code}</span>
        </p>
        <h2>{title}</h2>
        <button
          type="button"
          class="icon-button"
          title={t('inspect.close')}
          aria-label={t('inspect.close')}
          onClick={() => select(null)}
        >
          <Icon node={X} />
        </button>
      </header>
      <div class="inspector-body">{children}</div>
      <footer>
        <button type="button" class="button" disabled={!canFly()} onClick={() => fly(of)}>
          <Icon node={LocateFixed} size={0.875} />
          {t('inspect.fly')}
        </button>
        {actions}
      </footer>
    </aside>
  );
}

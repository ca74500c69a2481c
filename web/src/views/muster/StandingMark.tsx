import type { StandingName } from '../../store/muster';

const SIGNS = { safe: '✓', moving: '→', not_safe: '!', not_known: '?' } as const;

/** The sign of a standing, as on the map. */
export function StandingMark({ standing }: { standing: StandingName }) {
  return (
    <svg class={`standing-mark is-${standing}`} viewBox="0 0 20 20" aria-hidden="true">
      {standing === 'not_safe' ? (
        <path d="M10 0.8 19.2 10 10 19.2 0.8 10Z" />
      ) : (
        <circle cx="10" cy="10" r="8.4" stroke-dasharray={standing === 'not_known' ? '3 2' : undefined} />
      )}
      <text x="10" y="14" text-anchor="middle">
        {SIGNS[standing]}
      </text>
    </svg>
  );
}

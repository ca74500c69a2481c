/** Shapes that carry meaning: alarm priorities and people's roles. Never colour alone. */

import type { ComponentChild } from 'preact';
import type { Priority } from '../store/alarms';

const OUTLINES: Readonly<Record<Priority, ComponentChild>> = {
  1: <path d="M11 1.2 20.8 11 11 20.8 1.2 11Z" />,
  2: <path d="M11 1.6 21 19.6H1Z" />,
  3: <circle cx="11" cy="11" r="9.2" />,
  4: <circle cx="11" cy="11" r="8.4" />,
};

interface PriorityProps {
  priority: Priority;
  /** Acknowledged alarms show the outline only. */
  hollow?: boolean;
}

/** Priority as shape, colour and number: 1 ◆, 2 ▲, 3 ●, 4 ○. */
export function PriorityMark({ priority, hollow = false }: PriorityProps) {
  return (
    <svg class={`priority-mark p${priority}${hollow ? ' is-hollow' : ''}`} viewBox="0 0 22 22" aria-hidden="true">
      {OUTLINES[priority]}
      <text x="11" y={priority === 2 ? 17.2 : 15.2} text-anchor="middle">
        {priority}
      </text>
    </svg>
  );
}

const GLYPHS: Readonly<Record<string, ComponentChild>> = {
  circle: <circle cx="8" cy="8" r="5.6" />,
  square: <rect x="3" y="3" width="10" height="10" />,
  triangle: <path d="M8 2 14.4 13.4H1.6Z" />,
  diamond: <path d="M8 1.4 14.6 8 8 14.6 1.4 8Z" />,
  shield: <path d="M2.8 2.6H13.2V8.2C13.2 11.4 11 13.4 8 14.6 5 13.4 2.8 11.4 2.8 8.2Z" />,
  pentagon: <path d="M8 1.8 14.3 6.4 11.9 13.8H4.1L1.7 6.4Z" />,
  vehicle: <path d="M1 4.2H9.6V6H12.4L15 8.8V12.4H1Z" />,
  ring: <circle cx="8" cy="8" r="4.6" class="is-ring" />,
};

/** The shape a role has on the map. Hollow: where they are is not sure. */
export function RoleGlyph({ glyph, hollow = false }: { glyph: string; hollow?: boolean }) {
  return (
    <svg class={`role-glyph${hollow ? ' is-hollow' : ''}`} viewBox="0 0 16 16" aria-hidden="true">
      {GLYPHS[glyph] ?? GLYPHS['circle']}
    </svg>
  );
}

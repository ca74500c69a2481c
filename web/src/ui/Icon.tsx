import type { IconNode } from 'lucide';
import { h } from 'preact';

interface Props {
  node: IconNode;
  /** Side, rem. */
  size?: number;
}

/** A line icon; decorative, the text or label beside it says what it means. */
export function Icon({ node, size = 1.125 }: Props) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width={`${size}rem`}
      height={`${size}rem`}
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {node.map(([tag, attributes], i) => h(tag, { key: i, ...attributes }))}
    </svg>
  );
}

import type { Listing } from './List';

export function Files({ onClose }: { which: Listing; onClose: (text: string | null) => void }) {
  void onClose;
  return null;
}

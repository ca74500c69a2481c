import type { Draft } from './editor';

export function PreviewPanel({ onClose }: { of: Draft; onClose: () => void }) {
  void onClose;
  return null;
}

import { useState } from 'preact/hooks';
import { RequestError } from '../../api/client';
import { reason } from '../../api/fault';
import type { FenceRecord } from '../../api/types.gen';
import { exact } from '../../i18n/format';
import { head, zone } from '../../store/live';
import { operatorName } from '../../store/session';
import { calls } from './calls';
import { compared } from './compared';
import { DifferenceTable } from './Differences';
import { bodyOf, discard, editFence, frame, keepNow, origin, rebase, type Draft } from './editor';
import { Dialog, ReasonDialog } from './parts';
import { compareOnMap } from './Versions';
import { w } from './words';

/** What somebody else made of a fence meanwhile; null where it is gone. */
export interface Conflict {
  theirs: FenceRecord | null;
}

/** Asks for a reason and publishes; a version that somebody else published meanwhile is never overwritten. */
export function PublishDialog({
  of,
  onClose,
  onConflict,
  onDone,
}: {
  of: Draft;
  onClose: () => void;
  onConflict: (conflict: Conflict) => void;
  onDone: (fence: FenceRecord) => void;
}) {
  const by = frame.value;
  const before = origin.value;
  if (by === null) return null;
  const body = bodyOf(of, by);
  return (
    <ReasonDialog
      testid="fence-publish-dialog"
      title={w('publish.title', { code: of.code })}
      more={of.base === null ? w('publish.new') : w('publish.next', { n: of.base })}
      act={w('publish')}
      onCancel={onClose}
      onReason={async (why) => {
        const plant = head.peek()?.code;
        if (plant === undefined) return '—';
        await keepNow();
        try {
          const stored = await calls.publish(plant, of.code, of.base, { ...body, reason: why });
          await discard();
          onDone(stored);
          return null;
        } catch (error) {
          if (error instanceof RequestError && error.status === 422 && error.problem !== null) {
            const { code, params } = error.problem;
            return w.fault({
              code,
              field: String(params?.['field'] ?? ''),
              params: (params ?? {}) as Record<string, string | number | null>,
            });
          }
          if (!(error instanceof RequestError) || (error.status !== 412 && error.status !== 404)) return reason(error);
        }
        try {
          onConflict({ theirs: await calls.fence(plant, of.code) });
        } catch (error) {
          if (!(error instanceof RequestError) || error.status !== 404) return reason(error);
          if (of.base === null) return w('fault.exists');
          onConflict({ theirs: null });
        }
        return null;
      }}
    >
      {before !== null && (
        <details open>
          <summary>{w('publish.changes')}</summary>
          <DifferenceTable
            before={before}
            after={body}
            titles={[w('version.n', { n: before.version }), w('conflict.mine')]}
          />
        </details>
      )}
    </ReasonDialog>
  );
}

/** Both versions side by side, and three ways on; none of them loses what was drawn without saying so. */
export function ConflictDialog({ of, conflict, onClose }: { of: Draft; conflict: Conflict; onClose: () => void }) {
  const by = frame.value;
  const { theirs } = conflict;
  const [busy, setBusy] = useState(false);
  if (by === null) return null;
  const mine = bodyOf(of, by);
  if (theirs !== null && compared.peek() === null) {
    compareOnMap(theirs, {
      geometry: mine.geometry,
      drawn: (mine.drawn ?? null) as FenceRecord['drawn'],
      z_min_m: of.fields.z_min_m,
      z_max_m: of.fields.z_max_m,
    });
  }
  const close = () => {
    compared.value = null;
    onClose();
  };
  return (
    <Dialog title={w('conflict.title', { code: of.code })} wide onCancel={close} testid="fence-conflict">
      {theirs === null ? (
        <p>{w('conflict.gone')}</p>
      ) : (
        <>
          <p>
            {w('conflict.more', {
              mine: of.base ?? '—',
              theirs: theirs.version,
              who: operatorName(theirs.author || null),
              when: exact(Date.parse(theirs.valid_from), zone.value),
              reason: theirs.reason || w('version.noreason'),
            })}
          </p>
          <p class="fence-how">{w('conflict.map')}</p>
          <DifferenceTable
            before={theirs}
            after={mine}
            titles={[w('conflict.theirs', { n: theirs.version }), w('conflict.mine')]}
          />
        </>
      )}
      <div class="fence-buttons">
        <button type="button" class="button" onClick={close} data-testid="conflict-cancel">
          {w('cancel')}
        </button>
        {theirs !== null && (
          <>
            <button
              type="button"
              class="button"
              disabled={busy}
              data-testid="conflict-take"
              onClick={() => {
                setBusy(true);
                void discard().then(() => {
                  editFence(theirs);
                  close();
                });
              }}
            >
              {w('conflict.take')}
            </button>
            <button
              type="button"
              class="button is-main"
              data-testid="conflict-keep"
              onClick={() => {
                rebase(theirs);
                close();
              }}
            >
              {w('conflict.keep')}
            </button>
          </>
        )}
      </div>
    </Dialog>
  );
}

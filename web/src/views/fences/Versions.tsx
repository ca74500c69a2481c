import { useEffect, useState } from 'preact/hooks';
import { reason } from '../../api/fault';
import type { FenceRecord, FenceVersion } from '../../api/types.gen';
import { exact } from '../../i18n/format';
import { head, zone } from '../../store/live';
import { operatorName } from '../../store/session';
import { calls } from './calls';
import { compared } from './compared';
import { DifferenceTable } from './Differences';
import { shapeFrom, type Drawn } from './drawing/geojson';
import { closeEditor, discard, draftsChanged, frame, type Draft } from './editor';
import { ReasonDialog } from './parts';
import { w } from './words';

/** Both outlines on the map, in two colours. */
export function compareOnMap(
  before: FenceRecord,
  after: Pick<FenceRecord, 'geometry' | 'drawn' | 'z_min_m' | 'z_max_m'>,
): void {
  const by = frame.peek();
  if (by === null) return;
  compared.value = {
    before: shapeFrom(by, before.geometry, before.drawn as Drawn | null),
    beforeHeights: before,
    after: shapeFrom(by, after.geometry, after.drawn as Drawn | null),
    afterHeights: after,
  };
}

/** Every version: who made it, when and why; what differs from the newest; the way back. */
export function VersionsTab({ of }: { of: Draft }) {
  const plant = head.value?.code ?? null;
  const [versions, setVersions] = useState<readonly FenceVersion[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const [reverting, setReverting] = useState<FenceRecord | null>(null);
  useEffect(() => {
    if (plant === null || of.base === null) return undefined;
    let gone = false;
    calls.versions(plant, of.code).then(
      (page) => !gone && setVersions(page.items),
      (error: unknown) => !gone && setFault(reason(error)),
    );
    return () => {
      gone = true;
    };
  }, [plant, of.code, of.base]);
  const newest = versions?.[0]?.fence;
  const picked = versions?.find((one) => one.fence.version === chosen)?.fence;
  useEffect(() => {
    if (picked === undefined || newest === undefined) return undefined;
    compareOnMap(picked, newest);
    return () => {
      compared.value = null;
    };
  }, [picked, newest]);
  if (of.base === null) return <p class="empty">{w('version.none')}</p>;
  return (
    <div class="fence-form" data-testid="fence-versions">
      {fault !== null && (
        <p class="fence-alert" role="alert">
          {w('failed', { reason: fault })}
        </p>
      )}
      {(versions ?? []).map(({ fence, retired }, i) => (
        <div
          key={fence.version}
          class={chosen === fence.version ? 'fence-version is-chosen' : 'fence-version'}
          data-testid="fence-version"
          data-version={fence.version}
        >
          <button
            type="button"
            aria-expanded={chosen === fence.version}
            disabled={i === 0}
            title={i === 0 ? '' : w('version.compare')}
            onClick={() => setChosen(chosen === fence.version ? null : fence.version)}
          >
            <b>{w('version.n', { n: fence.version })}</b>
            {i === 0 && retired === null && <span class="fence-state is-enforced">{w('version.current')}</span>}
            <time>{w('version.from', { from: exact(Date.parse(fence.valid_from), zone.value) })}</time>
            <span>
              {fence.author === '' ? w('version.import') : operatorName(fence.author)} ·{' '}
              {fence.reason || w('version.noreason')}
            </span>
            {retired !== null && (
              <span>
                {w('version.retired', {
                  when: exact(Date.parse(retired.t), zone.value),
                  who: operatorName(retired.author),
                  reason: retired.reason,
                })}
              </span>
            )}
          </button>
          {picked !== undefined && newest !== undefined && chosen === fence.version && (
            <>
              <p class="fence-how">{w('version.map', { before: picked.version, after: newest.version })}</p>
              <DifferenceTable
                before={picked}
                after={newest}
                titles={[w('version.n', { n: picked.version }), w('version.n', { n: newest.version })]}
              />
              <button type="button" class="button" onClick={() => setReverting(picked)} data-testid="fence-revert">
                {w('version.revert')}
              </button>
            </>
          )}
        </div>
      ))}
      {reverting !== null && plant !== null && newest !== undefined && (
        <ReasonDialog
          testid="fence-ask"
          title={w('version.revert.title', { code: of.code, n: reverting.version })}
          more={w('version.revert.more', { n: reverting.version })}
          act={w('version.revert')}
          onCancel={() => setReverting(null)}
          onReason={async (why) => {
            try {
              await calls.revert(plant, of.code, newest.version, reverting.version, why);
            } catch (error) {
              return reason(error);
            }
            compared.value = null;
            await discard();
            closeEditor();
            draftsChanged.value += 1;
            return null;
          }}
        />
      )}
    </div>
  );
}

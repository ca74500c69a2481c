import { Copy, Download, Pencil, Plus, RotateCcw, Trash2, Upload } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { reason } from '../../api/fault';
import type { FenceDraftRecord, FenceRecord, RetiredFence } from '../../api/types.gen';
import { name } from '../../i18n';
import { age, exact } from '../../i18n/format';
import { head, now_ms, zone } from '../../store/live';
import { records } from '../../store/records';
import { select } from '../../store/selection';
import { map } from '../../store/map';
import { operatorName } from '../../store/session';
import { Icon } from '../../ui/Icon';
import { calls, desk } from './calls';
import { copyFence, draftsChanged, editFence, newFence, resumeDraft } from './editor';
import { openAt } from './hours';
import { ReasonDialog } from './parts';
import { w } from './words';

type Asked = { what: 'retire'; fence: FenceRecord } | { what: 'restore'; fence: RetiredFence } | null;

export type Listing = 'import' | 'export';

/** Reads the drafts and the retired fences, again whenever either changed. */
function useOthers(plant: string | null, mark: string | null) {
  const [drafts, setDrafts] = useState<readonly FenceDraftRecord[]>([]);
  const [retired, setRetired] = useState<readonly RetiredFence[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const changes = draftsChanged.value;
  useEffect(() => {
    if (plant === null) return undefined;
    let gone = false;
    Promise.all([calls.drafts(plant), calls.retired(plant)]).then(
      ([mine, old]) => {
        if (gone) return;
        setDrafts(mine.items);
        setRetired(old.items);
        setFault(null);
      },
      (error: unknown) => {
        if (!gone) setFault(reason(error));
      },
    );
    return () => {
      gone = true;
    };
  }, [plant, mark, changes]);
  return { drafts, retired, fault };
}

const swatch = (colour: string) => <i class={`fence-swatch is-${colour}`} aria-hidden="true" />;

/** Every fence with its state, the drafts of all editors, and what was taken out of force. */
export function FenceList({ canEdit, onFiles }: { canEdit: boolean; onFiles: (which: Listing) => void }) {
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState<Asked>(null);
  const plant = head.value?.code ?? null;
  const { drafts, retired, fault } = useOthers(plant, records.value?.plant.records ?? null);
  const wanted = words.trim().toLowerCase();
  const matches = (code: string, names: { zh: string; en: string }) =>
    wanted === '' || [code, names.zh, names.en].some((text) => text.toLowerCase().includes(wanted));
  const named = (draft: FenceDraftRecord): { zh: string; en: string } => {
    const names = draft.body['names'] as { zh?: string; en?: string } | undefined;
    return { zh: names?.zh ?? '', en: names?.en ?? '' };
  };
  const fences = (records.value?.fences ?? [])
    .filter((fence) => matches(fence.code, fence.names))
    .toSorted((a, b) => a.code.localeCompare(b.code, 'en', { numeric: true }));
  const making = drafts.filter((draft) => matches(draft.code, named(draft)));
  const ended = retired.filter((fence) => matches(fence.code, fence.names));
  // A schedule turns on the minute.
  const minute = Math.floor(now_ms.value / 60_000) * 60_000;
  const show = (code: string) => {
    select({ kind: 'fence', id: code });
    map.value?.flyTo({ kind: 'fence', id: code });
  };
  const state = (fence: FenceRecord) =>
    fence.purpose === 'information'
      ? 'information'
      : openAt(fence.schedule, minute, zone.value)
        ? 'enforced'
        : 'closed';

  return (
    <>
      <div class="fence-tools">
        <input
          type="search"
          placeholder={w('search')}
          aria-label={w('search')}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
          data-testid="fence-search"
        />
        {canEdit && (
          <button type="button" class="button is-main" onClick={newFence} data-testid="fence-new">
            <Icon node={Plus} size={0.875} />
            {w('new')}
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          title={w('import')}
          aria-label={w('import')}
          disabled={!canEdit}
          onClick={() => onFiles('import')}
          data-testid="fence-import"
        >
          <Icon node={Upload} />
        </button>
        <button
          type="button"
          class="icon-button"
          title={w('export')}
          aria-label={w('export')}
          onClick={() => onFiles('export')}
          data-testid="fence-export"
        >
          <Icon node={Download} />
        </button>
      </div>
      {!canEdit && <p class="fence-notice">{w('small.screen')}</p>}
      {fault !== null && (
        <p class="fence-alert" role="alert">
          {w('failed.drafts', { reason: fault })}
        </p>
      )}
      <div class="fence-list" data-testid="fence-list">
        {canEdit && making.length > 0 && <h3>{w('group.drafts', { n: making.length })}</h3>}
        {canEdit &&
          making.map((draft) => {
            const own = draft.desk === desk;
            return (
              <div
                key={`${draft.code} ${draft.author} ${draft.desk}`}
                class="fence-row"
                data-testid="fence-draft"
                data-code={draft.code}
                data-own={own}
              >
                <button
                  type="button"
                  class="fence-open"
                  title={w(own ? 'draft.resume' : 'draft.takeover')}
                  onClick={() => resumeDraft(draft)}
                >
                  {swatch(String(draft.body['colour'] ?? 'orange'))}
                  <span class="fence-who">
                    <b>{draft.code}</b> {name(named(draft)) || w('draft.new')}
                    <small>
                      {draft.base_version === null ? w('draft.new') : w('draft.of', { n: draft.base_version })} ·{' '}
                      {own ? w('draft.own') : `${operatorName(draft.author)} · ${w('draft.other')}`} ·{' '}
                      <time title={exact(Date.parse(draft.changed), zone.value)}>
                        {age((now_ms.value - Date.parse(draft.changed)) / 1000)}
                      </time>
                    </small>
                  </span>
                  <span class="fence-state is-draft">{w('state.draft')}</span>
                </button>
                <button
                  type="button"
                  class="icon-button"
                  title={w('draft.drop')}
                  aria-label={`${w('draft.drop')} ${draft.code}`}
                  onClick={() =>
                    void calls.dropDraft(plant!, draft.code, draft).finally(() => (draftsChanged.value += 1))
                  }
                >
                  <Icon node={Trash2} size={0.875} />
                </button>
              </div>
            );
          })}
        {fences.length > 0 && <h3>{w('group.fences', { n: fences.length })}</h3>}
        {fences.map((fence) => (
          <div
            key={fence.code}
            class="fence-row"
            data-testid="fence-row"
            data-code={fence.code}
            data-version={fence.version}
          >
            <button type="button" class="fence-open" onClick={() => show(fence.code)}>
              {swatch(fence.colour)}
              <span class="fence-who">
                <b>{fence.code}</b> {name(fence.names)}
                <small>
                  {w.known(`purpose.${fence.purpose}`) ?? fence.purpose} · {w('version.n', { n: fence.version })}
                </small>
              </span>
              <span class={`fence-state is-${state(fence)}`}>{w(`state.${state(fence)}`)}</span>
            </button>
            {canEdit && (
              <span class="fence-acts">
                <button
                  type="button"
                  class="icon-button"
                  title={w('edit')}
                  aria-label={`${w('edit')} ${fence.code}`}
                  data-testid="fence-edit"
                  onClick={() => {
                    const mine = drafts.find((draft) => draft.code === fence.code && draft.desk === desk);
                    map.value?.flyTo({ kind: 'fence', id: fence.code });
                    if (mine === undefined) editFence(fence);
                    else resumeDraft(mine);
                  }}
                >
                  <Icon node={Pencil} size={0.875} />
                </button>
                <button
                  type="button"
                  class="icon-button"
                  title={w('copy')}
                  aria-label={`${w('copy')} ${fence.code}`}
                  onClick={() => copyFence(fence)}
                >
                  <Icon node={Copy} size={0.875} />
                </button>
                <button
                  type="button"
                  class="icon-button"
                  title={w('retire')}
                  aria-label={`${w('retire')} ${fence.code}`}
                  data-testid="fence-retire"
                  onClick={() => setAsked({ what: 'retire', fence })}
                >
                  <Icon node={Trash2} size={0.875} />
                </button>
              </span>
            )}
          </div>
        ))}
        {ended.length > 0 && <h3>{w('group.retired', { n: ended.length })}</h3>}
        {ended.map((fence) => (
          <div key={fence.code} class="fence-row is-retired" data-testid="fence-retired" data-code={fence.code}>
            <span class="fence-open">
              <span class="fence-who">
                <b>{fence.code}</b> {name(fence.names)}
                <small>{exact(Date.parse(fence.ended), zone.value)}</small>
              </span>
              <span class="fence-state">{w('state.retired')}</span>
            </span>
            {canEdit && (
              <button
                type="button"
                class="icon-button"
                title={w('restore')}
                aria-label={`${w('restore')} ${fence.code}`}
                data-testid="fence-restore"
                onClick={() => setAsked({ what: 'restore', fence })}
              >
                <Icon node={RotateCcw} size={0.875} />
              </button>
            )}
          </div>
        ))}
        {fences.length + making.length + ended.length === 0 && (
          <p class="empty">{w(wanted === '' ? 'none' : 'none.filtered')}</p>
        )}
      </div>
      {asked !== null && plant !== null && (
        <ReasonDialog
          testid="fence-ask"
          title={w(`${asked.what}.title`, { code: asked.fence.code })}
          more={w(`${asked.what}.more`)}
          act={w(asked.what)}
          onCancel={() => setAsked(null)}
          onReason={async (why) => {
            const { code, version } = asked.fence;
            try {
              if (asked.what === 'retire') await calls.retire(plant, code, version, why);
              else await calls.revert(plant, code, version, version, why);
            } catch (error) {
              return reason(error);
            }
            setAsked(null);
            draftsChanged.value += 1;
            return null;
          }}
        />
      )}
    </>
  );
}

import { ArrowLeft, Redo2, Undo2 } from 'lucide';
import { useState } from 'preact/hooks';
import type { FenceRecord } from '../../api/types.gen';
import { name } from '../../i18n';
import { Icon } from '../../ui/Icon';
import { compared } from './compared';
import {
  closeEditor,
  discard,
  drawingFaults,
  frame,
  history,
  isBlank,
  judged,
  keeping,
  placeOf,
  renameCode,
  setFields,
  codesTaken,
  type Draft,
} from './editor';
import { resetPad, points, redoAny, undoAny } from './pad';
import { Dialog } from './parts';
import { PreviewPanel } from './Preview';
import { ConflictDialog, PublishDialog, type Conflict } from './Publish';
import { RulesTab } from './RulesTab';
import { ScheduleTab } from './ScheduleTab';
import { ShapeTab } from './ShapeTab';
import { showPlace } from './SketchLayer';
import { VersionsTab } from './Versions';
import { WhoTab } from './WhoTab';
import { w } from './words';

const TABS = ['shape', 'who', 'rules', 'schedule', 'versions'] as const;
type Tab = (typeof TABS)[number];
const PURPOSES = ['forbidden', 'post', 'limited', 'timed', 'muster', 'exempt', 'information'] as const;
const COLOURS = ['red', 'orange', 'yellow', 'blue'] as const;
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What is wrong, each with the way to its place. */
function Faults() {
  const by = frame.value;
  const drawn = drawingFaults.value;
  const found = judged.value;
  const rows =
    drawn.length > 0 && by !== null
      ? drawn.map((fault) => ({ text: w(`fault.${fault.code}`), warning: false, place: placeOf(fault, by) }))
      : (found ?? []).map((fault) => ({
          text: w.fault(fault),
          warning: fault.warning,
          place: fault.lon !== null && fault.lat !== null ? ([fault.lon, fault.lat] as const) : null,
        }));
  if (rows.length === 0) {
    return (
      <p class="fence-notice" role="status" data-testid="fence-checked" data-ok={found !== null}>
        {w(found !== null ? 'faults.none' : keeping.value === 'kept' ? 'faults.unchanged' : 'faults.waiting')}
      </p>
    );
  }
  return (
    <ul class="fence-faults" data-testid="fence-faults">
      {rows.map((row, i) => (
        <li key={i} class={row.warning ? 'is-warning' : ''}>
          {row.place === null ? (
            row.text
          ) : (
            <button type="button" onClick={() => showPlace(row.place![0], row.place![1])}>
              {row.text} ⌖
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Head({ of }: { of: Draft }) {
  const { fields } = of;
  const [code, setCode] = useState<string | null>(null);
  const wrong = code !== null && (!CODE.test(code) || (code !== of.code && codesTaken().has(code)));
  return (
    <div class="fence-head">
      <label class="fence-field">
        <span>{w('code')}</span>
        <input
          type="text"
          value={code ?? of.code}
          readOnly={of.base !== null}
          title={of.base === null ? '' : w('code.fixed')}
          aria-invalid={wrong}
          class={wrong ? 'is-wrong' : ''}
          data-testid="fence-code"
          onInput={(event) => setCode(event.currentTarget.value.trim())}
          onBlur={() => {
            if (code !== null && !wrong) renameCode(code);
            setCode(null);
          }}
        />
      </label>
      {(['zh', 'en'] as const).map((tongue) => (
        <label key={tongue} class="fence-field">
          <span>{w(`name.${tongue}`)}</span>
          <input
            type="text"
            maxLength={100}
            value={fields.names[tongue]}
            data-testid={`fence-name-${tongue}`}
            onInput={(event) => setFields({ names: { [tongue]: event.currentTarget.value } }, `name ${tongue}`)}
          />
        </label>
      ))}
      <label class="fence-field">
        <span>{w('purpose')}</span>
        <select
          value={fields.purpose}
          data-testid="fence-purpose"
          onChange={(event) => setFields({ purpose: event.currentTarget.value as Draft['fields']['purpose'] })}
        >
          {PURPOSES.map((one) => (
            <option key={one} value={one}>
              {w(`purpose.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <p class="fence-how">{w(`purpose.${fields.purpose}.why`)}</p>
      <div class="fence-row3">
        <div class="fence-field" role="radiogroup" aria-label={w('colour')}>
          <span>{w('colour')}</span>
          <span class="fence-colours">
            {COLOURS.map((colour) => (
              <button
                key={colour}
                type="button"
                role="radio"
                aria-checked={fields.colour === colour}
                aria-label={w(`colour.${colour}`)}
                title={w(`colour.${colour}`)}
                onClick={() => setFields({ colour })}
              >
                <i class={`fence-swatch is-${colour}`} />
              </button>
            ))}
          </span>
        </div>
        <label class="fence-field">
          <span>{w('priority')}</span>
          <select
            value={fields.priority}
            data-testid="fence-priority"
            onChange={(event) => setFields({ priority: Number(event.currentTarget.value) })}
          >
            {[1, 2, 3, 4].map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  );
}

/** One fence being made or changed. */
export function FenceEditor({ of, onPublished }: { of: Draft; onPublished: (fence: FenceRecord) => void }) {
  const [tab, setTab] = useState<Tab>('shape');
  const [asking, setAsking] = useState<'publish' | 'discard' | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [previewing, setPreviewing] = useState(false);
  const steps = history.value;
  const bad = drawingFaults.value.length > 0 || judged.value === null || judged.value.some((fault) => !fault.warning);
  const leave = () => {
    compared.value = null;
    resetPad();
    closeEditor();
  };
  return (
    <>
      <div class="fence-bar">
        <button
          type="button"
          class="icon-button"
          title={w('back')}
          aria-label={w('back')}
          onClick={leave}
          data-testid="fence-back"
        >
          <Icon node={ArrowLeft} />
        </button>
        <b>{of.code}</b>
        <span class="fence-title">{name(of.fields.names)}</span>
        <button
          type="button"
          class="icon-button"
          title={w('undo')}
          aria-label={w('undo')}
          disabled={(steps?.past.length ?? 0) === 0 && points.value.length === 0}
          onClick={undoAny}
          data-testid="fence-undo"
        >
          <Icon node={Undo2} />
        </button>
        <button
          type="button"
          class="icon-button"
          title={w('redo')}
          aria-label={w('redo')}
          disabled={(steps?.future.length ?? 0) === 0}
          onClick={redoAny}
          data-testid="fence-redo"
        >
          <Icon node={Redo2} />
        </button>
      </div>
      <div class="fence-body">
        <Head of={of} />
        <div class="tabs fence-tabs" role="tablist">
          {TABS.map((which) => (
            <button
              key={which}
              type="button"
              role="tab"
              aria-selected={tab === which}
              onClick={() => setTab(which)}
              data-testid={`fence-tab-${which}`}
            >
              {w(`tab.${which}`)}
            </button>
          ))}
        </div>
        {tab === 'shape' && <ShapeTab of={of} />}
        {tab === 'who' && <WhoTab of={of} />}
        {tab === 'rules' && <RulesTab of={of} />}
        {tab === 'schedule' && <ScheduleTab of={of} />}
        {tab === 'versions' && <VersionsTab of={of} />}
        {previewing && <PreviewPanel of={of} onClose={() => setPreviewing(false)} />}
      </div>
      <div class="fence-foot">
        {!isBlank(of) && <Faults />}
        <p class={`fence-keeping is-${keeping.value}`} data-testid="fence-keeping" data-state={keeping.value}>
          {isBlank(of)
            ? ''
            : of.base !== null && (steps?.past.length ?? 0) === 0 && keeping.value === 'kept'
              ? ''
              : w(`keeping.${keeping.value}`)}
        </p>
        <div class="fence-buttons">
          <button
            type="button"
            class="button"
            onClick={() => (isBlank(of) ? void discard() : setAsking('discard'))}
            data-testid="fence-discard"
          >
            {w('discard')}
          </button>
          <button
            type="button"
            class="button"
            disabled={bad}
            onClick={() => setPreviewing(true)}
            data-testid="fence-preview"
          >
            {w('preview')}
          </button>
          <button
            type="button"
            class="button is-main"
            disabled={bad || points.value.length > 0}
            onClick={() => setAsking('publish')}
            data-testid="fence-publish"
          >
            {w('publish')}
          </button>
        </div>
      </div>
      {asking === 'publish' && conflict === null && (
        <PublishDialog
          of={of}
          onClose={() => setAsking(null)}
          onConflict={(found) => {
            setAsking(null);
            setConflict(found);
          }}
          onDone={(fence) => {
            resetPad();
            onPublished(fence);
          }}
        />
      )}
      {asking === 'discard' && (
        <Dialog title={w('discard')} onCancel={() => setAsking(null)} testid="fence-discard-dialog">
          <p>{w('discard.sure', { code: of.code })}</p>
          <div class="fence-buttons">
            <button type="button" class="button" onClick={() => setAsking(null)}>
              {w('cancel')}
            </button>
            <button
              type="button"
              class="button is-main"
              data-testid="fence-confirm"
              onClick={() => {
                resetPad();
                void discard();
              }}
            >
              {w('discard')}
            </button>
          </div>
        </Dialog>
      )}
      {conflict !== null && <ConflictDialog of={of} conflict={conflict} onClose={() => setConflict(null)} />}
    </>
  );
}

import { X } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { openView } from '../../store/views';
import { layers } from '../../store/preferences';
import { Icon } from '../../ui/Icon';
import { compared } from './compared';
import { closeEditor, draft, opened } from './editor';
import { FenceEditor } from './Editor';
import { Files } from './Files';
import { FenceList, type Listing } from './List';
import { SketchLayer } from './SketchLayer';
import { Notice } from './parts';
import { w } from './words';
import './fences.css';
import './forms.css';
import './lists.css';
import './sketch.css';

/** From here on there is room for a panel beside the map. */
const ROOM_REM = 40;

/** Fences: the list of them, or one being made; what is drawn lies over the map. */
export function FencesPanel() {
  const [files, setFiles] = useState<Listing | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const now = draft.value;
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16');
  const roomy = window.innerWidth > ROOM_REM * rem;
  useEffect(
    () => () => {
      compared.value = null;
      closeEditor();
    },
    [],
  );
  useEffect(() => {
    // Nobody edits what he cannot see.
    if (!layers.peek().fences) layers.value = { ...layers.peek(), fences: true };
  }, []);
  useEffect(() => {
    if (now !== null) setDone(null);
  }, [now === null]);
  return (
    <>
      <section class="view-side fences" aria-label={w('title')} data-testid="fences">
        <header>
          <h2>{w('title')}</h2>
          <button
            type="button"
            class="icon-button"
            title={w('close')}
            aria-label={w('close')}
            onClick={() => (openView.value = null)}
            data-testid="fences-close"
          >
            <Icon node={X} />
          </button>
        </header>
        <Notice text={done} bad={false} />
        {now !== null && roomy ? (
          <FenceEditor
            key={opened.value}
            of={now}
            onPublished={(fence) => setDone(w('publish.done', { code: fence.code, n: fence.version }))}
          />
        ) : files !== null ? (
          <Files
            which={files}
            onClose={(text) => {
              setFiles(null);
              if (text !== null) setDone(text);
            }}
          />
        ) : (
          <FenceList canEdit={roomy} onFiles={setFiles} />
        )}
      </section>
      {roomy && now !== null && <SketchLayer />}
    </>
  );
}

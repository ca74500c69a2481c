import { ArrowLeft, Download } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { RequestError } from '../../api/client';
import { reason } from '../../api/fault';
import type { FenceImportRecord, FenceWrite } from '../../api/types.gen';
import { head } from '../../store/live';
import { map } from '../../store/map';
import { records } from '../../store/records';
import { selection } from '../../store/selection';
import { Icon } from '../../ui/Icon';
import { calls } from './calls';
import { draftsChanged, frame } from './editor';
import { partsFrom } from './drawing/geojson';
import type { Listing } from './List';
import { prismsOf, showPlace, tone } from './SketchLayer';
import { w } from './words';

const FORMATS = ['geojson', 'kml', 'shapefile', 'dxf'] as const;
type Format = (typeof FORMATS)[number];
const FORMAT_NAMES: Readonly<Record<Format, string>> = {
  geojson: 'GeoJSON',
  kml: 'KML',
  shapefile: 'Shapefile (zip)',
  dxf: 'DXF',
};
const SYSTEMS = ['CRS84', 'EPSG4490', 'GK', 'SITE'] as const;
type System = (typeof SYSTEMS)[number];
const asked = (system: string): string => (system === 'EPSG4490' ? 'EPSG:4490' : system);

/** What went wrong with a file, in words. */
const why = (error: unknown): string => {
  const code = error instanceof RequestError ? error.problem?.code : undefined;
  return (code === undefined ? null : w.known(`file.${code}`)) ?? reason(error);
};

function Export() {
  const plant = head.value?.code ?? '';
  const [format, setFormat] = useState<Format>('geojson');
  const [system, setSystem] = useState<System>('CRS84');
  const [only, setOnly] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const chosen = selection.value?.kind === 'fence' ? selection.value.id : null;
  const systems = SYSTEMS.filter((one) => (format === 'kml' ? one === 'CRS84' : format === 'dxf' || one !== 'SITE'));
  const used = systems.includes(system) ? system : 'CRS84';
  const save = async () => {
    setBusy(true);
    setFault(null);
    try {
      const answer = await fetch(calls.exportPath(plant, format, asked(used), only || null));
      if (!answer.ok) throw new RequestError('server', answer.status, null);
      const url = URL.createObjectURL(await answer.blob());
      const link = document.createElement('a');
      link.href = url;
      link.download =
        /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? `${plant}-fences`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      setFault(error instanceof RequestError ? reason(error) : reason(new RequestError('network', 0, null)));
    }
    setBusy(false);
  };
  return (
    <div class="fence-form">
      <label class="fence-field">
        <span>{w('title')}</span>
        <select value={only} onChange={(event) => setOnly(event.currentTarget.value)}>
          <option value="">{w('export.all')}</option>
          {[...(records.value?.fences ?? [])]
            .toSorted((a, b) => Number(b.code === chosen) - Number(a.code === chosen) || a.code.localeCompare(b.code))
            .map((fence) => (
              <option key={fence.code} value={fence.code}>
                {w('export.one', { code: fence.code })}
              </option>
            ))}
        </select>
      </label>
      <label class="fence-field">
        <span>{w('export.format')}</span>
        <select
          value={format}
          data-testid="fence-format"
          onChange={(event) => setFormat(event.currentTarget.value as Format)}
        >
          {FORMATS.map((one) => (
            <option key={one} value={one}>
              {FORMAT_NAMES[one]}
            </option>
          ))}
        </select>
      </label>
      <label class="fence-field">
        <span>{w('import.crs')}</span>
        <select value={used} onChange={(event) => setSystem(event.currentTarget.value as System)}>
          {systems.map((one) => (
            <option key={one} value={one}>
              {w(`crs.${one}`)}
            </option>
          ))}
        </select>
      </label>
      {fault !== null && (
        <p class="fence-alert" role="alert">
          {fault}
        </p>
      )}
      <div class="fence-buttons">
        <button
          type="button"
          class="button is-main"
          disabled={busy}
          onClick={() => void save()}
          data-testid="fence-save"
        >
          <Icon node={Download} size={0.875} /> {w('export.go')}
        </button>
      </div>
    </div>
  );
}

/** The areas of a file on the map: good ones and those with faults. */
function useShown(found: FenceImportRecord | null, chosen: ReadonlySet<number>): void {
  const sketch = map.value?.sketch ?? null;
  const by = frame.value;
  useEffect(() => {
    if (sketch === null || by === null || found === null) return undefined;
    sketch.show(
      found.items.flatMap((item) => {
        const body = item.body as unknown as FenceWrite;
        const bad = item.faults.some((fault) => !fault.warning);
        const colour = tone(bad ? '--p1' : chosen.has(item.number) ? '--accent' : '--text-secondary');
        return prismsOf(
          by,
          { kind: 'polygon', parts: partsFrom(by, body.geometry) },
          { z_min_m: 0, z_max_m: 8 },
          colour,
        );
      }),
    );
    return () => sketch.show([]);
  }, [sketch, by, found, chosen]);
}

function Import({ onDone }: { onDone: (text: string) => void }) {
  const plant = head.value?.code ?? '';
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [system, setSystem] = useState('auto');
  const [epsg, setEpsg] = useState('');
  const [found, setFound] = useState<FenceImportRecord | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  useShown(found, chosen);
  const read = async (from: File, crs: string) => {
    setBusy(true);
    setFault(null);
    setFound(null);
    setFile(from);
    try {
      const told = await calls.readFile(plant, from, crs);
      setFound(told);
      setChosen(
        new Set(told.items.filter((item) => item.faults.every((one) => one.warning)).map((item) => item.number)),
      );
      const first = (told.items[0]?.body as unknown as FenceWrite | undefined)?.geometry;
      const place = first === undefined ? undefined : (first.coordinates as number[][][] | number[][][][]).flat(3);
      if (place !== undefined && typeof place[0] === 'number') showPlace(place[0], place[1] as number);
    } catch (error) {
      setFault(why(error));
    }
    setBusy(false);
  };
  const crs = system === 'other' ? `EPSG:${epsg}` : asked(system);
  const usable = system !== 'other' || /^\d{4,6}$/.test(epsg);
  const store = async () => {
    if (found === null) return;
    setBusy(true);
    setFault(null);
    let stored = 0;
    try {
      for (const item of found.items.filter((one) => chosen.has(one.number))) {
        const base = records.peek()?.fence.get(item.code)?.version ?? null;
        await calls.keepDraft(plant, item.code, base, item.body);
        stored += 1;
      }
    } catch (error) {
      setFault(`${w('import.done', { n: stored })} · ${reason(error)}`);
      setBusy(false);
      return;
    } finally {
      draftsChanged.value += 1;
    }
    onDone(w('import.done', { n: stored }));
  };
  const toggle = (number: number) => {
    const next = new Set(chosen);
    if (!next.delete(number)) next.add(number);
    setChosen(next);
  };
  const all = found !== null && chosen.size === found.items.length;
  return (
    <div
      class="fence-form"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const dropped = event.dataTransfer?.files[0];
        if (dropped !== undefined) void read(dropped, crs);
      }}
    >
      <input
        ref={input}
        type="file"
        hidden
        accept=".geojson,.json,.kml,.zip,.dxf"
        data-testid="fence-file"
        onChange={(event) => {
          const picked = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (picked !== undefined) void read(picked, usable ? crs : 'auto');
        }}
      />
      <button type="button" class="button" disabled={busy} onClick={() => input.current?.click()}>
        {w('import.choose')}
      </button>
      <p class="fence-how">{file === null ? w('import.drop') : file.name}</p>
      <label class="fence-field">
        <span>{w('import.crs')}</span>
        <select value={system} onChange={(event) => setSystem(event.currentTarget.value)} data-testid="fence-crs">
          <option value="auto">{w('crs.auto')}</option>
          {SYSTEMS.map((one) => (
            <option key={one} value={one}>
              {w(`crs.${one}`)}
            </option>
          ))}
          <option value="other">{w('crs.other')}</option>
        </select>
      </label>
      {system === 'other' && (
        <label class="fence-field">
          <span>{w('crs.epsg')}</span>
          <input
            type="text"
            inputMode="numeric"
            value={epsg}
            onInput={(event) => setEpsg(event.currentTarget.value.trim())}
          />
        </label>
      )}
      {busy && (
        <p class="fence-notice" role="status">
          {w('import.reading')}
        </p>
      )}
      {fault !== null && (
        <p class="fence-alert" role="alert" data-testid="fence-file-fault">
          {fault}
        </p>
      )}
      {found !== null && (
        <>
          <p class={found.guessed ? 'fence-alert' : 'fence-notice'} data-testid="fence-file-crs">
            {found.guessed
              ? w('import.crs.guessed', { crs: found.used })
              : found.crs === found.used
                ? w('import.crs.file', { crs: found.used })
                : w('import.crs.chosen', { crs: found.used })}
          </p>
          {file !== null && (
            <button type="button" class="button" disabled={busy || !usable} onClick={() => void read(file, crs)}>
              {w('import.again')}
            </button>
          )}
          <p class="fence-notice" data-testid="fence-found">
            {found.items.length === 0
              ? w('import.none')
              : w('import.found', {
                  n: found.items.length,
                  bad: found.items.filter((item) => item.faults.some((one) => !one.warning)).length,
                })}
          </p>
          {found.passed_over > 0 && <p class="fence-notice">{w('import.passed', { n: found.passed_over })}</p>}
          {found.broken > 0 && <p class="fence-alert">{w('import.broken', { n: found.broken })}</p>}
          {found.warnings.map((one) => (
            <p key={one} class="fence-alert" data-testid="fence-file-warning">
              {w.known(`import.${one}`, { encoding: found.encoding }) ?? one}
            </p>
          ))}
          {found.items.length > 0 && (
            <label class="fence-found-all">
              <input
                type="checkbox"
                checked={all}
                onChange={() => setChosen(all ? new Set() : new Set(found.items.map((item) => item.number)))}
              />
              {w('import.all')}
            </label>
          )}
          <ul class="fence-found">
            {found.items.map((item) => (
              <li key={item.number} data-testid="fence-found-item" data-code={item.code}>
                <label>
                  <input type="checkbox" checked={chosen.has(item.number)} onChange={() => toggle(item.number)} />
                  <b>{item.code}</b> {(item.body['names'] as { zh?: string } | undefined)?.zh}
                </label>
                {item.exists && <small>{w('import.exists')}</small>}
                {item.faults.map((one, i) => (
                  <button
                    key={i}
                    type="button"
                    class={one.warning ? 'is-warning' : ''}
                    disabled={one.lon === null}
                    onClick={() => one.lon !== null && one.lat !== null && showPlace(one.lon, one.lat)}
                  >
                    {w.fault(one)} {one.lon !== null && '⌖'}
                  </button>
                ))}
              </li>
            ))}
          </ul>
          <div class="fence-buttons">
            <button
              type="button"
              class="button is-main"
              disabled={busy || chosen.size === 0}
              onClick={() => void store()}
              data-testid="fence-store"
            >
              {w('import.store', { n: chosen.size })}
            </button>
          </div>
        </>
      )}
    </div>
  );
}

/** Fences from files, and as files. */
export function Files({ which, onClose }: { which: Listing; onClose: (text: string | null) => void }) {
  return (
    <>
      <div class="fence-bar">
        <button
          type="button"
          class="icon-button"
          title={w('back')}
          aria-label={w('back')}
          onClick={() => onClose(null)}
        >
          <Icon node={ArrowLeft} />
        </button>
        <b>{w(`${which}.title`)}</b>
      </div>
      <div class="fence-body">{which === 'export' ? <Export /> : <Import onDone={onClose} />}</div>
    </>
  );
}

/** What the panel reads from the twin while it is open. */

import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client';
import { reason } from '../../api/fault';
import type { CommissioningRecord, CoverageRecord } from '../../api/types.gen';

const PERIOD_MS = 2_000;

export interface Read<T> {
  /** The newest answer; stays when a later request fails. */
  record: T | null;
  fault: string | null;
}

/** Anchors, tags and engines, read again every two seconds; one request at a time. */
export function useCommissioning(plant: string | null): Read<CommissioningRecord> {
  const [read, setRead] = useState<Read<CommissioningRecord>>({ record: null, fault: null });
  useEffect(() => {
    if (plant === null) return undefined;
    const reading = new AbortController();
    let timer = 0;
    const again = async () => {
      try {
        const record = await api.commissioning(plant, reading.signal);
        if (!reading.signal.aborted) setRead({ record, fault: null });
      } catch (error) {
        if (reading.signal.aborted) return;
        setRead((before) => ({ ...before, fault: reason(error) }));
      }
      if (!reading.signal.aborted) timer = window.setTimeout(() => void again(), PERIOD_MS);
    };
    void again();
    return () => {
      window.clearTimeout(timer);
      reading.abort();
    };
  }, [plant]);
  return read;
}

/** The grid of a level, read again when the plant's records change; nothing while `level` is null. */
export function useCoverage(plant: string | null, level: string | null, mark: string | null): Read<CoverageRecord> {
  const [read, setRead] = useState<Read<CoverageRecord>>({ record: null, fault: null });
  useEffect(() => {
    if (plant === null || level === null) return undefined;
    const reading = new AbortController();
    api.coverage(plant, level, reading.signal).then(
      (record) => setRead({ record, fault: null }),
      (error: unknown) => {
        // An old grid of another level would be taken for this one.
        if (!reading.signal.aborted) setRead({ record: null, fault: reason(error) });
      },
    );
    return () => reading.abort();
  }, [plant, level, mark]);
  return read;
}

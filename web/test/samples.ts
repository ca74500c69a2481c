/** Small valid records for tests. */

import type {
  AlarmRecord,
  CameraRecord,
  Connection,
  PlantHeadRecord,
  SensorRecord,
  SnapshotMessage,
} from '../src/api/types.gen';
import { FRAME } from '../src/api/types.gen';

export const T0 = Date.parse('2026-11-23T06:00:00.000Z');
export const at = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

export function alarm(id: string, changes: Partial<AlarmRecord> = {}): AlarmRecord {
  const subject = { id: 'P001', kind: 'person', names: { zh: '陈海禾', en: 'Chen Haihe' }, role: 'operator' } as const;
  const place = { code: 'F-01', names: { zh: '球罐区', en: 'Sphere farm' }, version: 1 };
  return {
    id,
    kind: 'INTRUSION',
    priority: 1,
    state: 'unacknowledged',
    raised: at(0),
    since: at(0),
    changed: at(0),
    returned: null,
    acknowledged: null,
    acknowledged_by: null,
    note: '',
    subject,
    subjects: [],
    place,
    sensor: null,
    asset: null,
    value: null,
    limit: null,
    unit: '',
    parameters: {},
    rule_version: 1,
    occurrences: 1,
    latched: false,
    may_shelve: true,
    in_alarm: (changes.state ?? 'unacknowledged') === 'unacknowledged' || changes.state === 'acknowledged',
    annunciated: true,
    sounded: at(0),
    shelved: null,
    suppressed: null,
    out_of_service: null,
    escalation: 0,
    chattering: false,
    fleeting: false,
    group: id,
    first_out: true,
    handling: [],
    x_m: 10,
    y_m: 20,
    z_m: 0,
    lon: 118.95,
    lat: 37.95,
    text: { code: 'alarm.INTRUSION', params: { subject: subject.names, place: place.names } },
    advice: { code: 'advice.INTRUSION', params: {} },
    evidence: [],
    etag: `"${id}"`,
    ...changes,
  };
}

export const HEAD: PlantHeadRecord = {
  code: 'DEMO-1',
  names: { zh: '示范厂', en: 'Demo plant' },
  enterprise: 'E-1',
  fictional: true,
  timezone: 'Asia/Shanghai',
  frame: { origin_lon: 118.95, origin_lat: 37.95, origin_height_m: 0 },
  bounds: [118.94, 37.94, 118.96, 37.96],
  home_bearing_deg: 0,
};

export function connection(changes: Partial<Connection> = {}): Connection {
  return {
    server_time: at(0),
    status: 'ok',
    data_age_ms: 100,
    positions_age_ms: 100,
    core_age_ms: 50,
    lag_ms: {},
    roles: {},
    ingest: { received: 0, accepted: 0, rejected: {} },
    dropped: {},
    late: 0,
    holes: 0,
    healing: false,
    movers: 2,
    stale: 0,
    unseen: 0,
    conflated: 0,
    ...changes,
  };
}

export function snapshot(changes: Partial<SnapshotMessage> = {}): SnapshotMessage {
  return {
    type: 'snapshot',
    seq: 1,
    protocol: 1,
    server_time: at(0),
    plant: HEAD,
    records: 'r1',
    roles: [{ code: 'operator', names: { zh: '操作工', en: 'Operator' }, glyph: 'circle', kind: 'staff' }],
    levels: [],
    people: {
      table: 7,
      rows: [
        {
          id: 'P001',
          kind: 'person',
          names: { zh: '陈海禾', en: 'Chen Haihe' },
          role: 'operator',
          glyph: 'circle',
          team: 'T-CDU',
          tag: 'T0001',
          battery_pct: 51,
        },
        {
          id: 'CAR-1',
          kind: 'vehicle',
          names: { zh: '消防车一号', en: 'Fire engine 1' },
          role: 'fire_engine',
          glyph: 'vehicle',
          team: null,
          tag: 'T0121',
          battery_pct: null,
        },
      ],
    },
    inside: [],
    alarms: [],
    flood_since: null,
    readings: [],
    weather: null,
    tags: [],
    cameras: [],
    muster: null,
    connection: connection(),
    ...changes,
  };
}

export function sensor(changes: Partial<SensorRecord> = {}): SensorRecord {
  return {
    version: 1,
    valid_from: at(-1e6),
    valid_to: null,
    code: 'LT-101',
    names: { zh: '原油罐 T-101 液位', en: 'Crude tank T-101 level' },
    quantity: 'level',
    unit: 'm',
    range_low: 0,
    range_high: 20,
    asset: 'T-101',
    limits: { ll: 1, l: 2, h: 17, hh: 18 },
    period_s: 1,
    lon: null,
    lat: null,
    now: null,
    ...changes,
  };
}

export const CAMERA: CameraRecord = {
  version: 1,
  valid_from: at(-1e6),
  valid_to: null,
  code: 'CAM-01',
  names: { zh: '主门', en: 'Main gate' },
  x_m: 0,
  y_m: 0,
  z_m: 8,
  lon: 118.95,
  lat: 37.95,
  heading_deg: 90,
  tilt_deg: -10,
  hfov_deg: 60,
  width_px: 1920,
  height_px: 1080,
  reach_m: 60,
  now: null,
};

export interface FrameRow {
  x_m: number;
  y_m: number;
  z_m: number;
  age_s: number;
  status: number;
  r95_m: number;
}

/** Bytes of a position frame, written field by field as docs/architecture.md says. */
export function frameBytes(table: number, t_ms: number, seq: number, rows: readonly FrameRow[]): ArrayBuffer {
  const n = rows.length;
  const view = new DataView(new ArrayBuffer(24 + 10 * n));
  view.setUint8(0, 1);
  view.setUint8(1, 1);
  view.setUint16(2, table, true);
  view.setUint32(4, n, true);
  view.setFloat64(8, t_ms, true);
  view.setFloat64(16, seq, true);
  rows.forEach((row, i) => {
    view.setInt16(24 + 2 * i, Math.round(row.x_m * 10), true);
    view.setInt16(24 + 2 * n + 2 * i, Math.round(row.y_m * 10), true);
    view.setInt16(24 + 4 * n + 2 * i, Math.round(row.z_m * 10), true);
    const age = Math.min(FRAME.AGE_UNKNOWN, Math.round(row.age_s * 10));
    view.setUint16(24 + 6 * n + 2 * i, age, true);
    view.setUint8(24 + 8 * n + i, row.status);
    view.setUint8(24 + 9 * n + i, Math.min(255, Math.ceil(row.r95_m * 10)));
  });
  return view.buffer;
}

import { afterEach, describe, expect, it } from 'vitest';
import { DICTIONARIES, firstLanguage, language, lookUp, t } from '../src/i18n';
import { age, clock, count, decimalsFor, number, phrase, sitePlace, zoneName } from '../src/i18n/format';
import { LAYERS } from '../src/map/port';

afterEach(() => {
  language.value = 'zh';
});

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).toSorted();

describe('dictionaries', () => {
  const keys = Object.keys(DICTIONARIES.zh) as (keyof typeof DICTIONARIES.zh)[];

  it('have the same keys and placeholders, and no empty text', () => {
    expect(Object.keys(DICTIONARIES.en).toSorted()).toEqual(keys.toSorted());
    for (const key of keys) {
      expect(placeholders(DICTIONARIES.en[key]), key).toEqual(placeholders(DICTIONARIES.zh[key]));
      expect(DICTIONARIES.en[key].trim(), key).not.toBe('');
      expect(DICTIONARIES.zh[key].trim(), key).not.toBe('');
    }
  });

  it('say English in English', () => {
    const mixed = keys.filter((key) => /\p{Script=Han}/u.test(DICTIONARIES.en[key]));
    expect(mixed.toSorted()).toEqual(['help.language', 'palette.action.language']);
  });

  it('have a word for everything that is looked up by code', () => {
    for (const layer of LAYERS) expect(lookUp(`layers.${layer}`)).not.toBeNull();
    for (const limit of ['ll', 'l', 'h', 'hh', 'normal', 'unknown']) expect(lookUp(`limit.${limit}`)).not.toBeNull();
    expect(lookUp('no.such.key')).toBeNull();
    expect(lookUp('constructor')).toBeNull();
  });
});

describe('texts', () => {
  it('follow the language', () => {
    expect(t('alarm.ack')).toBe('确认');
    language.value = 'en';
    expect(t('alarm.ack')).toBe('Acknowledge');
    expect(t('alarm.more', { n: 4 })).toBe('4 more unacknowledged');
  });

  it('say a sent phrase in the chosen language, and fall back when a part is missing', () => {
    const sent = {
      code: 'alarm.INTRUSION',
      params: { subject: { zh: '陈海禾', en: 'Chen Haihe' }, place: { zh: '球罐区', en: 'Sphere farm' } },
    };
    expect(phrase(sent, '?')).toBe('陈海禾 进入球罐区，无权限');
    language.value = 'en';
    expect(phrase(sent, '?')).toBe('Chen Haihe entered Sphere farm without permission');
    expect(phrase({ ...sent, params: {} }, 'fallback')).toBe('fallback');
    expect(phrase({ code: 'alarm.NEW', params: {} }, 'fallback')).toBe('fallback');
  });

  it('choose the first language', () => {
    expect(firstLanguage('en', 'zh', ['zh-CN'])).toBe('en');
    expect(firstLanguage(null, 'zh', ['en-US'])).toBe('zh');
    expect(firstLanguage('xx', null, ['fr', 'en-GB', 'zh'])).toBe('en');
    expect(firstLanguage(null, null, ['de'])).toBe('zh');
  });
});

describe('formats', () => {
  it('give ages in the two largest units', () => {
    expect(age(-3)).toBe('0 s');
    expect(age(59.9)).toBe('59 s');
    expect(age(61)).toBe('1 min 1 s');
    expect(age(3 * 3600 + 125)).toBe('3 h 2 min');
    expect(age(50 * 3600)).toBe('2 d 2 h');
  });

  it('use the zone of the plant, not of the browser', () => {
    const t_ms = Date.parse('2026-11-23T22:00:05Z');
    expect(clock(t_ms, 'Asia/Shanghai')).toBe('06:00:05');
    expect(clock(t_ms, 'America/New_York')).toBe('17:00:05');
    expect(zoneName(t_ms, 'Asia/Shanghai')).toBe('UTC+8');
  });

  it('give numbers the decimals they deserve', () => {
    expect(decimalsFor(100)).toBe(0);
    expect(decimalsFor(20)).toBe(1);
    expect(decimalsFor(2.5)).toBe(2);
    expect(number(-0.04, 1)).toBe('0.0');
    expect(number(-2.5, 1)).toBe('−2.5');
    expect(number(NaN, 1)).toBe('—');
    expect(count(1234567)).toBe('1\u202f234\u202f567');
    expect(sitePlace(-12.4, 30.6)).toBe('W 12 m · N 31 m');
  });
});

import { Plus, RotateCcw, Trash2 } from 'lucide';
import { name } from '../../i18n';
import { records } from '../../store/records';
import { Icon } from '../../ui/Icon';
import { NEW_FIELDS, NO_RULES, setFields, type Draft, type Fields } from './editor';
import { NumberField } from './parts';
import { AllowEditor } from './WhoTab';
import { w, type Word } from './words';

type Rules = Fields['rules'];
type Unit = 'people' | 's' | 'm' | 'fixes' | 'p';
type NumberRule =
  | 'max_people'
  | 'overcrowd_on_s'
  | 'overcrowd_off_s'
  | 'understaff_s'
  | 'absent_s'
  | 'wrong_post_s'
  | 'still_s'
  | 'still_radius_m'
  | 'overstay_s'
  | 'escort_m'
  | 'escort_s';
/** What is proposed when a rule that is off is switched on. */
const USUAL: Partial<Record<NumberRule, number>> = { max_people: 5, wrong_post_s: 180, still_s: 300, overstay_s: 1800 };

/** One number of a rule: its default is said to be one, and can be put back. */
function Parameter(props: {
  label: string;
  value: number | null;
  standard: number | null;
  unit: Unit;
  usual?: number | undefined;
  decimals?: number;
  min?: number;
  max?: number;
  testid: string;
  onValue: (value: number | null) => void;
}) {
  const { value, standard, usual } = props;
  const off = usual !== undefined;
  return (
    <div class="fence-parameter">
      {off && (
        <input
          type="checkbox"
          aria-label={`${props.label}: ${w('rule.on')}`}
          checked={value !== null}
          onChange={() => props.onValue(value === null ? usual : null)}
        />
      )}
      <span class={off ? '' : 'is-indented'}>{props.label}</span>
      {value === null ? (
        <span class="fence-off">{w('rule.off')}</span>
      ) : (
        <span class="fence-number">
          <NumberField
            bare
            label={props.label}
            value={value}
            decimals={props.decimals ?? 1}
            min={props.min ?? 0}
            max={props.max ?? 604_800}
            testid={props.testid}
            onValue={(typed) => typed !== null && props.onValue(typed)}
          />
          <em>{w(`unit.${props.unit}`)}</em>
        </span>
      )}
      {value === standard ? (
        <small>{w('rule.default')}</small>
      ) : (
        <button
          type="button"
          class="icon-button"
          title={w('rule.reset')}
          aria-label={`${w('rule.reset')}: ${props.label}`}
          onClick={() => props.onValue(standard)}
        >
          <Icon node={RotateCcw} size={0.8} />
        </button>
      )}
    </div>
  );
}

/** What is asked of those inside, and when a crossing counts. */
export function RulesTab({ of }: { of: Draft }) {
  const { fields } = of;
  const { rules } = fields;
  const set = (patch: Partial<Rules>, topic: string) => setFields({ rules: patch }, `rules ${topic}`);
  const number = (key: NumberRule, unit: Unit, decimals = 1) => (
    <Parameter
      label={w(`field.${key}`)}
      testid={`fence-rule-${key}`}
      value={rules[key] ?? null}
      standard={NO_RULES[key] ?? null}
      usual={USUAL[key]}
      unit={unit}
      decimals={unit === 'people' ? 0 : decimals}
      min={unit === 'm' ? 0.1 : 0}
      max={unit === 'm' ? 1000 : unit === 'people' ? 100_000 : 604_800}
      onValue={(value) => set({ [key]: value } as Partial<Rules>, key)}
    />
  );
  const flag = (key: 'still_exempt' | 'gather_exempt' | 'escort') => (
    <label class="fence-parameter">
      <input
        type="checkbox"
        checked={rules[key] ?? false}
        onChange={() => set({ [key]: !(rules[key] ?? false) }, key)}
      />
      <span>{w(`field.${key}`)}</span>
      <span />
      {(rules[key] ?? false) === NO_RULES[key] ? <small>{w('rule.default')}</small> : <span />}
    </label>
  );
  const crossing = (
    key: 'enter_probability' | 'exit_probability' | 'confirm_fixes' | 'confirm_s',
    unit: Unit,
    min: number,
    max: number,
    usual?: number,
  ) => (
    <Parameter
      label={w(`field.${key}`)}
      testid={`fence-rule-${key}`}
      value={fields[key] ?? null}
      standard={NEW_FIELDS[key] ?? null}
      usual={usual}
      unit={unit}
      decimals={unit === 'p' ? 2 : unit === 'fixes' ? 0 : 1}
      min={min}
      max={max}
      onValue={(value) => setFields({ [key]: value } as Partial<Fields>, key)}
    />
  );
  const block = (title: Word, shown: boolean, body: preact.ComponentChildren) => (
    <details class="fence-block" open={shown}>
      <summary>{w(title)}</summary>
      {body}
    </details>
  );
  const { purpose } = fields;
  const staff = rules.min_staff ?? [];
  const setStaff = (min_staff: Rules['min_staff']) => set({ min_staff }, 'min_staff');
  return (
    <div class="fence-form">
      {block(
        'rules.overcrowd',
        purpose === 'limited' || rules.max_people != null,
        <>
          {number('max_people', 'people')}
          {number('overcrowd_on_s', 's')}
          {number('overcrowd_off_s', 's')}
        </>,
      )}
      {block('rules.overstay', purpose === 'timed' || rules.overstay_s != null, number('overstay_s', 's'))}
      {block(
        'rules.understaff',
        purpose === 'post' || staff.length > 0,
        <>
          {staff.map((need, i) => {
            const change = (patch: Partial<typeof need>) =>
              setStaff(staff.map((one, j) => (i === j ? { ...one, ...patch } : one)));
            return (
              <div key={i} class="fence-staff">
                <select
                  aria-label={w('staff.role')}
                  value={need.role ?? ''}
                  onChange={(event) => change({ role: event.currentTarget.value || null })}
                >
                  <option value="">{w('staff.any')}</option>
                  {(records.value?.plant.roles ?? []).map((role) => (
                    <option key={role.code} value={role.code}>
                      {name(role.names)}
                    </option>
                  ))}
                </select>
                <select
                  aria-label={w('staff.team')}
                  value={need.team ?? ''}
                  onChange={(event) => change({ team: event.currentTarget.value || null })}
                >
                  <option value="">—</option>
                  {(records.value?.plant.teams ?? []).map((team) => (
                    <option key={team.code} value={team.code}>
                      {name(team.names)}
                    </option>
                  ))}
                </select>
                <NumberField
                  bare
                  label={w('staff.people')}
                  value={need.people}
                  decimals={0}
                  min={1}
                  max={1000}
                  onValue={(people) => change({ people: Math.round(people ?? 1) })}
                />
                <button
                  type="button"
                  class="icon-button"
                  aria-label={w('schedule.remove')}
                  onClick={() => setStaff(staff.toSpliced(i, 1))}
                >
                  <Icon node={Trash2} size={0.8} />
                </button>
              </div>
            );
          })}
          <button
            type="button"
            class="button"
            disabled={staff.length >= 16}
            onClick={() => setStaff([...staff, { role: null, team: null, people: 1 }])}
          >
            <Icon node={Plus} size={0.8} /> {w('staff.add')}
          </button>
          {number('understaff_s', 's')}
        </>,
      )}
      {block(
        'rules.post',
        purpose === 'post',
        <>
          <h4>{w('who.post')}</h4>
          <AllowEditor
            allow={rules.post_of ?? NO_RULES.post_of!}
            nobody="—"
            topic="post_of"
            onAllow={(post_of) => set({ post_of }, 'post_of')}
          />
          {number('absent_s', 's')}
          {number('wrong_post_s', 's')}
        </>,
      )}
      {block(
        'rules.still',
        purpose === 'exempt' || rules.still_s != null,
        <>
          {number('still_s', 's')}
          {number('still_radius_m', 'm')}
          {flag('still_exempt')}
          {flag('gather_exempt')}
        </>,
      )}
      {block(
        'rules.escort',
        rules.escort === true,
        <>
          {flag('escort')}
          {number('escort_m', 'm')}
          {number('escort_s', 's')}
        </>,
      )}
      {block(
        'rules.crossing',
        true,
        <>
          {crossing('enter_probability', 'p', 0.51, 0.99)}
          {crossing('exit_probability', 'p', 0.01, 0.49)}
          {crossing('confirm_fixes', 'fixes', 1, 20)}
          {crossing('confirm_s', 's', 0.1, 600, 3)}
        </>,
      )}
      {block(
        'rules.moving',
        rules.moving_with != null,
        <label class="fence-field">
          <span>{w('field.moving_with')}</span>
          <select
            value={rules.moving_with ?? ''}
            onChange={(event) => set({ moving_with: event.currentTarget.value || null }, 'moving_with')}
          >
            <option value="">{w('moving.none')}</option>
            {(records.value?.vehicles ?? []).map((vehicle) => (
              <option key={vehicle.code} value={vehicle.code}>
                {vehicle.code} {name(vehicle.names)}
              </option>
            ))}
          </select>
        </label>,
      )}
    </div>
  );
}

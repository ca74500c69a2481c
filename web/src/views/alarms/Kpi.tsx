import type { AlarmStatistics, IndicatorRecord } from '../../api/types.gen';
import { age, number } from '../../i18n/format';
import { w, wordOr } from './words';

function figure(value: number, unit: string): string {
  const decimals = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return unit === '%' ? `${number(value, decimals)} %` : number(value, decimals);
}

const bound = (one: IndicatorRecord, value: number): string =>
  `${one.least ? '≥' : '≤'} ${unitLess(value)}${one.unit === '%' ? ' %' : ''}`;
const unitLess = (value: number): string => number(value, 0);

interface Props {
  told: AlarmStatistics;
  operators: number;
  setOperators: (n: number) => void;
}

/** The indicators of alarm systems beside published targets. Grey while fine; colour only for what is outside. */
export function Kpi({ told, operators, setOperators }: Props) {
  const span_s = (Date.parse(told.t_to) - Date.parse(told.t_from)) / 1000;
  return (
    <div class="kpi">
      <p class="muted">{w('kpi.note')}</p>
      {!told.enough_data && <p class="kpi-short">{w('kpi.short', { span: age(span_s) })}</p>}
      <label class="kpi-operators">
        {w('kpi.operators')}
        <input
          type="number"
          class="desk-field is-short"
          min={1}
          max={50}
          value={operators}
          onChange={(event) => {
            const n = Math.round(Number(event.currentTarget.value));
            if (n >= 1 && n <= 50) setOperators(n);
          }}
        />
      </label>
      <table class="figures" data-testid="kpi">
        <thead>
          <tr>
            <th scope="col">{w('kpi.name')}</th>
            <th scope="col">{w('kpi.value')}</th>
            <th scope="col">{w('kpi.target')}</th>
            <th scope="col">{w('kpi.limit')}</th>
            <th scope="col">{w('kpi.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {told.indicators.map((one) => (
            <tr key={one.key} class={`is-${one.verdict}`}>
              <th scope="row">{wordOr(`kpi.${one.key}`, one.key)}</th>
              <td>
                <b>{figure(one.value, one.unit)}</b>
              </td>
              <td>{bound(one, one.target)}</td>
              <td>{one.limit === null ? '—' : bound(one, one.limit)}</td>
              <td>{w(`kpi.${one.verdict}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

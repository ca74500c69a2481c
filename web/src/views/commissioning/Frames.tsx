import type { EngineFrameReport } from '../../api/types.gen';
import { name } from '../../i18n';
import { number } from '../../i18n/format';
import { w } from './words';

const cm = (metres: number | null): string => (metres === null ? '—' : number(metres * 100, 1));

function Points({ engine }: { engine: EngineFrameReport }) {
  return (
    <table class="frame-points">
      <thead>
        <tr>
          <th scope="col">{w('point.number')}</th>
          <th scope="col">{w('point.engine')}</th>
          <th scope="col">{w('point.site')}</th>
          <th scope="col">{w('point.sigma')}</th>
          <th scope="col">{w('point.residual')}</th>
          <th scope="col">{w('point.left')}</th>
        </tr>
      </thead>
      <tbody>
        {engine.points.map((point, i) => (
          <tr key={i} class={point.blunder ? 'is-bad' : ''}>
            <th scope="row">
              {i + 1} {point.blunder && <b>{w('point.blunder')}</b>}
            </th>
            <td>
              {number(point.engine_x_m, 3)} / {number(point.engine_y_m, 3)}
            </td>
            <td>
              {number(point.site_x_m, 3)} / {number(point.site_y_m, 3)}
            </td>
            <td>{cm(point.sigma_m)}</td>
            <td>{engine.fault === null ? `${cm(point.residual_x_m)} / ${cm(point.residual_y_m)}` : '—'}</td>
            <td>{cm(point.leave_one_out_m)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How each engine's frame is tied to the site, and what is wrong with it. */
export function Frames({ engines }: { engines: readonly EngineFrameReport[] }) {
  if (engines.length === 0) return <p class="empty">{w('none.engines')}</p>;
  return (
    <div class="frames" data-testid="survey-engines">
      {engines.map((engine) => (
        <section key={engine.engine}>
          <h3>
            {engine.engine} · {name(engine.names)}
          </h3>
          {engine.fault !== null ? (
            <p class="is-bad" role="alert">
              {w('engine.fault', { fault: engine.fault })}
            </p>
          ) : engine.points.length === 0 ? (
            <p>{w('engine.own', { dz: number(engine.shift_z_m, 2) })}</p>
          ) : (
            <p>
              {w('engine.facts', {
                turn: number(engine.rotation_deg, 3),
                x: number(engine.shift_x_m, 2),
                y: number(engine.shift_y_m, 2),
                dz: number(engine.shift_z_m, 2),
              })}
              <br />
              {w('engine.rms', {
                rms: cm(engine.rms_m),
                redundancy: engine.redundancy,
                ppm: number(engine.free_scale_ppm, 0),
              })}
            </p>
          )}
          {engine.warnings.map((warning) => (
            <p key={warning} class="is-bad">
              {w(`engine.${warning}`)}
            </p>
          ))}
          {engine.points.length > 0 && <Points engine={engine} />}
        </section>
      ))}
    </div>
  );
}

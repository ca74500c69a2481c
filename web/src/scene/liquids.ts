/** Liquid levels: a tinted band on each tank's shell up to the measured level, hatched when the reading is stale. */
import {
  Color,
  CylinderGeometry,
  DynamicDrawUsage,
  Group,
  InstancedBufferAttribute,
  InstancedMesh,
  Matrix4,
  ShaderMaterial,
  SphereGeometry,
  type BufferGeometry,
} from 'three';
import type { MapReadings, ModelManifest, SensorRecord } from '../map/port';

const VERTEX = /* glsl */ `
attribute vec2 level;
varying float vUp;
varying vec2 vLevel;
void main() {
  vec4 site = instanceMatrix * vec4(position, 1.0);
  vUp = site.z;
  vLevel = level;
  gl_Position = projectionMatrix * modelMatrix * site;
  gl_Position.z -= 0.00001 * gl_Position.w;
}`;

// level.x: height of the surface above the site plane, metres; level.y: 1 where the reading is stale or missing.
const FRAGMENT = /* glsl */ `
uniform vec3 tone;
uniform vec3 grey;
varying float vUp;
varying vec2 vLevel;
void main() {
  if (vUp > vLevel.x) discard;
  float hatch = step(0.5, fract((gl_FragCoord.x + gl_FragCoord.y) / 9.0));
  if (vLevel.y > 0.5) { if (hatch < 0.5) discard; gl_FragColor = vec4(grey, 0.45); return; }
  float line = step(vLevel.x - 0.35, vUp);
  gl_FragColor = vec4(tone, mix(0.30, 0.9, line));
}`;

type Liquid = NonNullable<ModelManifest['models'][number]['liquid']>;

/** Just outside the shell, so that the polygons of neither cut through the other. */
const OUTSIDE = 1.012;

function shell(liquid: Liquid): BufferGeometry {
  const radius = liquid.radius_m * OUTSIDE;
  if (liquid.shape === 'sphere') return new SphereGeometry(radius, 40, 24);
  if (liquid.shape === 'horizontal') {
    // Along the model's own length axis (north at heading 0).
    return new CylinderGeometry(radius, radius, liquid.length_m ?? 1, 32, 1, true);
  }
  const height = liquid.top_m - liquid.bottom_m;
  return new CylinderGeometry(radius, radius, height, 64, 1, true).rotateX(Math.PI / 2);
}

interface Place {
  mesh: InstancedMesh;
  index: number;
  bottom: number;
  top: number;
}

export class Liquids {
  readonly group = new Group();
  private readonly material = new ShaderMaterial({
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    transparent: true,
    depthWrite: false,
    uniforms: { tone: { value: new Color() }, grey: { value: new Color() } },
  });
  private readonly places = new Map<string, Place>();

  setColours(tone: string, grey: string): void {
    const u = this.material.uniforms;
    if (u['tone']) u['tone'].value = new Color(tone).convertLinearToSRGB();
    if (u['grey']) u['grey'].value = new Color(grey).convertLinearToSRGB();
  }

  build(manifest: ModelManifest): void {
    for (const child of this.group.children) if (child instanceof InstancedMesh) child.geometry.dispose();
    this.group.clear();
    this.places.clear();
    for (const model of manifest.models) {
      const liquid = model.liquid;
      if (!liquid) continue;
      const geometry = shell(liquid);
      const n = model.instances.length;
      geometry.setAttribute(
        'level',
        new InstancedBufferAttribute(new Float32Array(2 * n), 2).setUsage(DynamicDrawUsage),
      );
      const mesh = new InstancedMesh(geometry, this.material, n);
      mesh.frustumCulled = false;
      mesh.renderOrder = 5;
      model.instances.forEach((instance, index) => {
        const middle = instance.z_m + (liquid.bottom_m + liquid.top_m) / 2;
        const place = new Matrix4().makeRotationZ((-instance.heading_deg * Math.PI) / 180);
        mesh.setMatrixAt(index, place.setPosition(instance.x_m, instance.y_m, middle));
        const code = manifest.features[instance.feature];
        if (code !== undefined) {
          this.places.set(code, {
            mesh,
            index,
            bottom: instance.z_m + liquid.bottom_m,
            top: instance.z_m + liquid.top_m,
          });
        }
      });
      this.group.add(mesh);
    }
  }

  /** Draw the newest level readings; a tank whose level was never reported has no band. */
  update(sensors: readonly SensorRecord[], readings: MapReadings): void {
    for (const sensor of sensors) {
      if (sensor.quantity !== 'level' || sensor.asset === null) continue;
      const place = this.places.get(sensor.asset);
      const reading = readings.get(sensor.code);
      if (!place || !reading) continue;
      const share = Math.min(
        1,
        Math.max(0, (reading.value - sensor.range_low) / (sensor.range_high - sensor.range_low)),
      );
      const level = place.mesh.geometry.getAttribute('level') as InstancedBufferAttribute;
      level.setXY(place.index, place.bottom + share * (place.top - place.bottom), reading.stale ? 1 : 0);
      level.needsUpdate = true;
    }
  }

  dispose(): void {
    for (const child of this.group.children) if (child instanceof InstancedMesh) child.geometry.dispose();
    this.group.clear();
    this.material.dispose();
  }
}

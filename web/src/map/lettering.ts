/** Haloed text as small pictures, drawn once and then copied: stroking outlines anew every frame costs more than all else here. */

const PAD_PX = 3;
const LINE_PX = 18;
/** Past this many pictures all are thrown away and drawn again as needed. */
const MOST = 800;

interface Picture {
  canvas: HTMLCanvasElement;
  width: number;
}

export class Lettering {
  private readonly pictures = new Map<string, Picture>();
  private readonly gauge = document.createElement('canvas').getContext('2d');
  private look = '';

  /** Forget all pictures when the halo or the pixel ratio changes, or once a font has arrived. */
  reset(look: string): void {
    if (look === this.look) return;
    this.look = look;
    this.pictures.clear();
  }

  private picture(text: string, font: string, colour: string, halo: string, ratio: number): Picture {
    const key = `${font}\n${colour}\n${text}`;
    const known = this.pictures.get(key);
    if (known) return known;
    if (this.pictures.size >= MOST) this.pictures.clear();
    const canvas = document.createElement('canvas');
    let width = text.length * 12;
    if (this.gauge) {
      this.gauge.font = font;
      width = Math.ceil(this.gauge.measureText(text).width);
    }
    canvas.width = Math.ceil((width + 2 * PAD_PX) * ratio);
    canvas.height = Math.ceil(LINE_PX * ratio);
    const g = canvas.getContext('2d', { willReadFrequently: true });
    if (g) {
      g.scale(ratio, ratio);
      g.font = font;
      g.textBaseline = 'middle';
      g.lineJoin = 'round';
      g.lineWidth = 2.6;
      g.strokeStyle = halo;
      g.globalAlpha = 0.8;
      g.strokeText(text, PAD_PX, LINE_PX / 2);
      g.globalAlpha = 1;
      g.fillStyle = colour;
      g.fillText(text, PAD_PX, LINE_PX / 2);
    }
    const made = { canvas, width };
    this.pictures.set(key, made);
    return made;
  }

  /** Width of a text in CSS pixels. */
  width(text: string, font: string, colour: string, halo: string, ratio: number): number {
    return this.picture(text, font, colour, halo, ratio).width;
  }

  /** Draw a text centred at (x, y), on whole device pixels so that it stays sharp. */
  draw(
    g: CanvasRenderingContext2D,
    text: string,
    x: number,
    y: number,
    font: string,
    colour: string,
    halo: string,
    ratio: number,
  ): void {
    const { canvas, width } = this.picture(text, font, colour, halo, ratio);
    const snap = (v: number) => Math.round(v * ratio) / ratio;
    const left = snap(x - width / 2 - PAD_PX);
    g.drawImage(canvas, left, snap(y - LINE_PX / 2), canvas.width / ratio, canvas.height / ratio);
  }
}

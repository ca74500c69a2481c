/**
 * Figures of the built page in headless Chromium without a GPU: `node e2e/bench.mjs http://127.0.0.1:8800/`.
 * Prints JSON: page_js_kb_gz (all scripts of the first load, gzip), page_first_plant_ms (navigation to the first frame with
 * the whole plant, median of three cold loads), orbit_fps (frames a second while the camera is turned by hand).
 */
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';

const url = process.argv[2] ?? 'http://127.0.0.1:8800/';
const LOADS = 3;
const ORBIT_MS = 8000;
const ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

async function drawn(page) {
  for (;;) {
    const mark = await page.evaluate(() => performance.getEntriesByName('plant-drawn')[0]?.startTime ?? null);
    if (mark !== null) return mark;
    await page.waitForTimeout(50);
  }
}

/** Turn the camera as a hand on the mouse would, one step a frame, and count the frames the map really drew. */
async function orbit(page) {
  return page.evaluate(
    (ms) =>
      new Promise((resolve) => {
        const overlay = document.querySelector('canvas.map-overlay').getContext('2d');
        const canvas = document.querySelector('canvas.maplibregl-canvas');
        const box = canvas.getBoundingClientRect();
        let drawn = 0;
        const clear = overlay.clearRect.bind(overlay);
        overlay.clearRect = (...area) => {
          drawn += 1;
          clear(...area);
        };
        const mouse = (target, type, x) =>
          target.dispatchEvent(
            new MouseEvent(type, {
              button: 2,
              buttons: 2,
              bubbles: true,
              cancelable: true,
              clientX: x,
              clientY: box.top + box.height / 2,
            }),
          );
        const middle = box.left + box.width / 2;
        mouse(canvas, 'mousedown', middle);
        const start = performance.now();
        let step = 0;
        const tick = (now) => {
          step += 1;
          mouse(document, 'mousemove', middle + 4 * step);
          if (now - start < ms) return void requestAnimationFrame(tick);
          mouse(document, 'mouseup', middle + 4 * step);
          resolve((drawn * 1000) / (now - start));
        };
        requestAnimationFrame(tick);
      }),
    ORBIT_MS,
  );
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ARGS,
});
const firsts = [];
let bytes = 0;
let fps = 0;
for (let load = 0; load < LOADS; load++) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const scripts = [];
  page.on('response', (response) => {
    if (/\.m?js($|\?)/.test(response.url())) scripts.push(response.body().catch(() => Buffer.alloc(0)));
  });
  await page.goto(url);
  firsts.push(await drawn(page));
  if (load === LOADS - 1) {
    await page.waitForTimeout(1500);
    for (const body of await Promise.all(scripts)) bytes += gzipSync(body).length;
    fps = await orbit(page);
  }
  await context.close();
}
await browser.close();
firsts.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    page_js_kb_gz: Math.round(bytes / 1024),
    page_first_plant_ms: Math.round(firsts[Math.floor(LOADS / 2)]),
    orbit_fps: Math.round(fps * 10) / 10,
  }),
);

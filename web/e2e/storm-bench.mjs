/**
 * An alarm storm in headless Chromium: `node e2e/storm-bench.mjs http://127.0.0.1:8800/ SECONDS`. Opens the page and the
 * list of alarms, prints `ready`, and works with the keyboard and the mouse until the seconds are over. Then prints JSON:
 * listed and counted (alarms in the list, and by the counts of the strip), input_delay_p95_ms (from the press to the page's
 * first look at it), presses, tasks_over_100ms (long tasks of the page).
 */
import { chromium } from '@playwright/test';

const url = process.argv[2] ?? 'http://127.0.0.1:8800/';
const seconds = Number(process.argv[3] ?? 14);
const PAUSE_MS = 90;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--use-gl=angle',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--ignore-gpu-blocklist',
  ],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.goto(url);
await page.locator('[data-testid=connection][data-kind]').waitFor({ timeout: 60_000 });
await page.waitForTimeout(3_000);
await page.keyboard.press('b');
await page.locator('[data-testid=alarm-list]').waitFor();
await page.evaluate(() => {
  window.delays = [];
  window.long = 0;
  const look = (event) => window.delays.push(performance.now() - event.timeStamp);
  for (const kind of ['keydown', 'mousedown', 'wheel']) window.addEventListener(kind, look, { capture: true });
  new PerformanceObserver((list) => {
    window.long += list.getEntries().filter((entry) => entry.duration > 100).length;
  }).observe({ entryTypes: ['longtask'] });
});
console.log('ready');

const box = await page.locator('[data-testid=alarm-list]').boundingBox();
await page.mouse.move(box.x + box.width / 2, box.y + box.height - 40);
const end = Date.now() + seconds * 1000;
for (let i = 0; Date.now() < end; i++) {
  // What an operator does while it rains: walk down the rows, scroll, look at one, go on.
  if (i % 8 === 5) await page.mouse.wheel(0, i % 16 === 5 ? 240 : -240);
  else if (i % 8 === 7) await page.locator('[data-testid=alarm-list] [role=tab]').first().click();
  else await page.keyboard.press(i % 2 === 0 ? 'ArrowDown' : 'ArrowUp');
  await page.waitForTimeout(PAUSE_MS);
}
await page.waitForTimeout(2_000);
const told = await page.evaluate(() => {
  const delays = window.delays.toSorted((a, b) => a - b);
  const counts = [...document.querySelectorAll('.priority-counts li span')];
  return {
    listed: Number(document.querySelector('[data-testid=alarm-scroll]')?.dataset.rows ?? 0),
    counted: counts.reduce((n, one) => n + Number(one.textContent.replace('/', '')), 0),
    input_delay_p95_ms: delays[Math.floor(0.95 * (delays.length - 1))] ?? null,
    presses: delays.length,
    tasks_over_100ms: window.long,
  };
});
if (process.argv[4] !== undefined) await page.screenshot({ path: process.argv[4] });
await browser.close();
console.log(JSON.stringify(told));

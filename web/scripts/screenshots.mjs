/**
 * Pictures of the running product for README and documents: `TWIN_URL=http://127.0.0.1:8800 npm run screenshots`.
 * Writes docs/images/*.png. Nothing is staged but the view: people, readings and alarms are what the twin shows;
 * a drill is called for the picture of the roll, and ended.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const twin = process.env.TWIN_URL ?? 'http://127.0.0.1:8800';
const target = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'docs', 'images');
const DESK = { width: 1440, height: 900 };

/** Flies to what is selected. */
const fly = async (page) => {
  await page.locator('[data-testid=inspector] footer .button').first().click();
  await page.waitForTimeout(3500);
};

/** Calls a drill, waits until some have come to the muster points, and looks for one who has not. */
const drill = async (page) => {
  await page.getByTestId('muster-reason').fill(page.url().includes('lang=en') ? 'Quarterly drill' : '季度演练');
  await page.getByTestId('muster-drill').click();
  await page.locator('[data-testid=muster-list] [data-subject]').first().waitFor();
  await page.waitForTimeout(150_000);
  await page.locator('[data-standing=not_safe] .muster-who').first().click();
  await page.waitForTimeout(4000);
};
const endDrill = async (page) => {
  const end = page.getByTestId('muster-end');
  await end.click();
  await end.click();
};

/** Opens a fence of the plant in the editor. */
const editFence = async (page) => {
  await page.locator('[data-testid=fence-row] [data-testid=fence-edit]').first().click();
  await page.waitForTimeout(4000);
};

/** Asks who was in a drawn part of the plant during the last quarter of an hour. */
const ask = async (page) => {
  const panel = page.getByTestId('questions');
  await panel.getByTestId('ask-tool-a-rectangle').click();
  for (const [x, y] of [
    [860, 215],
    [1130, 215],
    [1130, 330],
  ]) {
    await page.mouse.click(x, y);
    await page.waitForTimeout(400);
  }
  await panel.getByTestId('ask-last-quarter').click();
  await panel.getByTestId('ask-run').click();
  await page.locator('[data-testid=answer] [data-row]').first().waitFor();
  await page.waitForTimeout(4000);
};

/** Goes back to the last alarm, and a little on. */
const back = async (page) => {
  await page.keyboard.press('r');
  await page.getByTestId('replay').waitFor();
  await page.waitForTimeout(4000);
  await page.keyboard.press('[');
  for (let step = 0; step < 10; step += 1) await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(6000);
};

const PICTURES = [
  { name: 'plant-zh', query: 'lang=zh', size: DESK },
  { name: 'plant-en', query: 'lang=en', size: DESK },
  { name: 'tank-zh', query: 'lang=zh&sel=asset:T-601', size: DESK, after: fly },
  { name: 'tank-en', query: 'lang=en&sel=asset:T-601', size: DESK, after: fly },
  { name: 'night-zh', query: 'lang=zh&theme=dark', size: DESK },
  { name: 'night-en', query: 'lang=en&theme=dark', size: DESK },
  { name: 'phone-zh', query: 'lang=zh', size: { width: 390, height: 844 } },
  { name: 'desk-zh', query: 'lang=zh&open=alarms', size: DESK },
  { name: 'desk-en', query: 'lang=en&open=alarms', size: DESK },
  { name: 'fences-zh', query: 'lang=zh&open=fences', size: DESK, after: editFence },
  { name: 'fences-en', query: 'lang=en&open=fences', size: DESK, after: editFence },
  { name: 'muster-zh', query: 'lang=zh&open=muster', size: DESK, after: drill, finish: endDrill },
  { name: 'muster-en', query: 'lang=en&open=muster', size: DESK, after: drill, finish: endDrill },
  { name: 'replay-zh', query: 'lang=zh', size: DESK, after: back },
  { name: 'replay-en', query: 'lang=en', size: DESK, after: back },
  { name: 'questions-zh', query: 'lang=zh&open=questions', size: DESK, after: ask },
  { name: 'questions-en', query: 'lang=en&open=questions', size: DESK, after: ask },
  {
    name: 'frozen-zh',
    query: 'lang=zh',
    size: DESK,
    cut: true,
    after: async (page) => {
      await page.getByTestId('banner').waitFor();
      await page.waitForTimeout(9000);
    },
  },
];

async function take(browser, { name, query, size, after, finish, cut }) {
  const page = await browser.newPage({ viewport: size });
  let silent = false;
  if (cut) {
    await page.routeWebSocket(/\/ws\/v1\/live/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        if (!silent) socket.send(message);
      });
    });
  }
  await page.goto(`${twin}/?${query}`);
  await page.locator('[data-testid=map][data-condition=ok]').waitFor({ timeout: 90_000 });
  await page.waitForTimeout(6000);
  silent = cut === true;
  await after?.(page);
  await page.screenshot({ path: join(target, `${name}.png`) });
  await finish?.(page);
  await page.close();
  console.log(`docs/images/${name}.png`);
}

mkdirSync(target, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--use-gl=angle',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--ignore-gpu-blocklist',
    '--disable-background-networking',
  ],
});
const wanted = process.argv.slice(2);
for (const picture of PICTURES) {
  if (wanted.length === 0 || wanted.includes(picture.name)) await take(browser, picture);
}
await browser.close();

/**
 * Pictures of the running product for README and documents: `TWIN_URL=http://127.0.0.1:8800 npm run screenshots`.
 * Writes docs/images/*.png. Nothing is staged but the view: people, readings and alarms are what the twin shows.
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

const PICTURES = [
  { name: 'plant-zh', query: 'lang=zh', size: DESK },
  { name: 'plant-en', query: 'lang=en', size: DESK },
  { name: 'tank-zh', query: 'lang=zh&sel=asset:T-601', size: DESK, after: fly },
  { name: 'tank-en', query: 'lang=en&sel=asset:T-601', size: DESK, after: fly },
  { name: 'night-zh', query: 'lang=zh&theme=dark', size: DESK },
  { name: 'night-en', query: 'lang=en&theme=dark', size: DESK },
  { name: 'phone-zh', query: 'lang=zh', size: { width: 390, height: 844 } },
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

async function take(browser, { name, query, size, after, cut }) {
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

/** A fence from its first corner to its end: drawn, published, quarrelled over, taken back, carried in files, retired. */

import { readFile, writeFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import type { FenceRecord, FenceVersionPage } from '../src/api/types.gen';
import { addressed, expect, openPlant, test } from './page';

/** Straight from above, south west of the sphere farm, whose fence F-01 has its south west corner in view. */
const VIEW = { lon: 118.951, lat: 37.9505, zoom: 18 };
const NEIGHBOUR = 'F-01';

/** Metres a degree of latitude, and of longitude here; good to a pixel over a screen. */
const METRES = { lat: 110_990, lon: 111_320 * Math.cos((VIEW.lat * Math.PI) / 180) };
const METRES_PER_PX = (78_271.517 * Math.cos((VIEW.lat * Math.PI) / 180)) / 2 ** VIEW.zoom;

const fencePath = (page: Page, code: string) => `/api/v1/plants/${addressed(page, 'plant')}/fences/${code}`;

async function read<T>(page: Page, path: string): Promise<T> {
  const answer = await page.request.get(path);
  expect(answer.ok(), path).toBe(true);
  return (await answer.json()) as T;
}

/** Another editor publishes over this one's head, as another screen would. */
async function publishedByAnother(page: Page, code: string, change: Partial<FenceRecord>): Promise<void> {
  const now = await read<FenceRecord>(page, fencePath(page, code));
  const { version, valid_from: _from, valid_to: _to, code: _code, ...body } = now;
  const answer = await page.request.put(fencePath(page, code), {
    headers: { 'If-Match': `"${version}"` },
    data: { ...body, ...change },
  });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** Moves the pointer up a line until it catches a corner; where that corner is on the screen. */
async function caughtCorner(page: Page, x: number, from: number, to: number): Promise<{ x: number; y: number }> {
  const snap = page.getByTestId('sketch-snap');
  for (let y = from; y >= to; y -= 9) {
    await page.mouse.move(x, y);
    // Drawn with the next frame.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    if ((await snap.locator('rect').count()) > 0) return { x, y };
  }
  throw new Error('no corner was caught');
}

async function giveReason(page: Page, dialog: string, reason: string): Promise<void> {
  const asked = page.getByTestId(dialog);
  await expect(asked.getByTestId('fence-confirm')).toBeDisabled();
  await asked.getByTestId('fence-reason').fill(reason);
  await asked.getByTestId('fence-confirm').click();
}

const rowOf = (panel: Locator, code: string) => panel.locator(`[data-testid=fence-row][data-code="${code}"]`);

test('a fence is drawn, published, quarrelled over, taken back, carried in files and retired', async ({
  page,
  watch,
}, testInfo) => {
  test.setTimeout(180_000);
  const code = `J-${Date.now().toString(36).toUpperCase()}`;
  // A small picture is drawn fast by a machine without a graphics card.
  await page.setViewportSize({ width: 1000, height: 640 });
  await openPlant(page, `lang=zh&open=fences&view=${VIEW.lon},${VIEW.lat},${VIEW.zoom}.00,0.0,0.0`);
  const panel = page.getByTestId('fences');
  const neighbour = await read<FenceRecord>(page, fencePath(page, NEIGHBOUR));
  const ring = neighbour.geometry.coordinates[0] as number[][];
  const [west, south] = ring.toSorted((a, b) => a[0]! + a[1]! - b[0]! - b[1]!)[0] as [number, number];

  await test.step('draw: a corner is caught, points are taken back and set again, a corner is dragged', async () => {
    await panel.getByTestId('fence-new').click();
    await panel.getByTestId('fence-code').fill(code);
    await panel.getByTestId('fence-name-zh').fill('检修围挡');
    await panel.getByTestId('fence-name-en').fill('Hoarding');
    // It tells of nobody: other journeys on this plant go on undisturbed.
    await panel.getByTestId('fence-purpose').selectOption('information');
    await panel.getByTestId('fence-tool-polygon').click();

    // What covers the map shifts its middle: to the right by half the panel, up by half of what the foot takes.
    const rem = await page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
    const map = (await page.locator('.map-canvas').boundingBox())!;
    const x = map.x + (map.width + 22.5 * rem) / 2 + ((west - VIEW.lon) * METRES.lon) / METRES_PER_PX;
    const y = map.y + map.height / 2 - ((south - VIEW.lat) * METRES.lat) / METRES_PER_PX;
    const first = await caughtCorner(page, x, y + 15, y - 100);
    await expect(page.getByTestId('sketch-snap')).toContainText(NEIGHBOUR);
    await page.mouse.click(first.x, first.y);
    const sketch = page.getByTestId('sketch');
    await expect(sketch).toHaveAttribute('data-points', '1');
    await page.keyboard.down('Alt');
    for (const [i, [dx, dy]] of [
      [-90, 0],
      [-90, 60],
      [-45, 80],
      [0, 60],
    ].entries()) {
      await page.mouse.click(first.x + dx!, first.y + dy!);
      await expect(sketch).toHaveAttribute('data-points', String(i + 2));
    }
    await page.keyboard.up('Alt');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect(sketch).toHaveAttribute('data-points', '3');
    await page.keyboard.press('Control+y');
    await page.keyboard.press('Control+y');
    await expect(sketch).toHaveAttribute('data-points', '5');
    await page.keyboard.press('Enter');
    const corners = page.getByTestId('sketch-corner');
    await expect(corners).toHaveCount(5);

    const area = () => panel.getByTestId('fence-measure').innerText();
    const before = await area();
    const at = (await corners.nth(3).boundingBox())!;
    await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
    await page.mouse.down();
    await page.mouse.move(at.x, at.y + 30, { steps: 3 });
    await page.mouse.up();
    await expect.poll(area).not.toBe(before);
    await panel.getByTestId('fence-undo').click();
    await expect.poll(area).toBe(before);
  });

  await test.step('publish: only with a reason; the corner caught is the neighbour’s own', async () => {
    await expect(panel.getByTestId('fence-keeping')).toHaveAttribute('data-state', 'kept');
    await panel.getByTestId('fence-publish').click();
    await giveReason(page, 'fence-publish-dialog', '检修期间围挡');
    await expect(panel.getByTestId('fence-notice')).toContainText(code);
    await expect(rowOf(panel, code)).toHaveAttribute('data-version', '1');
    const stored = await read<FenceRecord>(page, fencePath(page, code));
    expect(stored.reason).toBe('检修期间围挡');
    const own = stored.geometry.coordinates[0] as number[][];
    expect(Math.min(...own.map((at) => Math.hypot(at[0]! - west, at[1]! - south)))).toBeLessThan(2e-8);
  });

  await test.step('two editors: the second is told who was first, loses nothing and goes on from there', async () => {
    await rowOf(panel, code).getByTestId('fence-edit').click();
    await panel.getByTestId('fence-zmax').fill('12');
    await expect(panel.getByTestId('fence-keeping')).toHaveAttribute('data-state', 'kept');
    await publishedByAnother(page, code, { names: { zh: '他人改的名', en: 'Their name' }, reason: '夜班改名' });
    watch.expected.push(/412/);
    await panel.getByTestId('fence-publish').click();
    await giveReason(page, 'fence-publish-dialog', '加高到 12 m');
    const conflict = page.getByTestId('fence-conflict');
    await expect(conflict).toContainText('夜班改名');
    await expect(conflict.locator('[data-field="names.zh"]')).toContainText('他人改的名');
    await expect(conflict.locator('[data-field=z_max_m] .is-after')).toContainText('12');
    await conflict.getByTestId('conflict-cancel').click();
    await expect(panel.getByTestId('fence-zmax')).toHaveValue('12');
    await panel.getByTestId('fence-publish').click();
    await giveReason(page, 'fence-publish-dialog', '加高到 12 m');
    await conflict.getByTestId('conflict-keep').click();
    await expect(panel.getByTestId('fence-keeping')).toHaveAttribute('data-state', 'kept');
    await panel.getByTestId('fence-publish').click();
    await giveReason(page, 'fence-publish-dialog', '加高到 12 m');
    await expect(rowOf(panel, code)).toHaveAttribute('data-version', '3');
    const { items } = await read<FenceVersionPage>(page, `${fencePath(page, code)}/versions`);
    expect(items.map(({ fence }) => [fence.version, fence.z_max_m, fence.names.zh])).toEqual([
      [3, 12, '检修围挡'],
      [2, 10, '他人改的名'],
      [1, 10, '检修围挡'],
    ]);
  });

  await test.step('an older version holds again, as a new one', async () => {
    await rowOf(panel, code).getByTestId('fence-edit').click();
    await panel.getByTestId('fence-tab-versions').click();
    const second = panel.locator('[data-testid=fence-version][data-version="2"]');
    await second.getByRole('button').first().click();
    await expect(second.locator('[data-field=z_max_m]')).toContainText('12');
    await second.getByTestId('fence-revert').click();
    await giveReason(page, 'fence-ask', '加高有误');
    await expect(rowOf(panel, code)).toHaveAttribute('data-version', '4');
    const now = await read<FenceRecord>(page, fencePath(page, code));
    expect([now.z_max_m, now.names.zh, now.reason]).toEqual([10, '他人改的名', '加高有误']);
  });

  const exported = await test.step('saved as a file', async () => {
    await panel.getByTestId('fence-search').fill(code);
    await rowOf(panel, code).getByRole('button').first().click();
    await panel.getByTestId('fence-export').click();
    await panel.getByRole('combobox').first().selectOption(code);
    const saving = page.waitForEvent('download');
    await panel.getByTestId('fence-save').click();
    const file = JSON.parse(await readFile(await (await saving).path(), 'utf8')) as {
      features: { properties: Record<string, unknown> }[];
    };
    expect(file.features.map((feature) => feature.properties['code'])).toEqual([code]);
    await panel.getByRole('button').and(page.locator('[aria-label="返回列表"], [title="返回列表"]')).first().click();
    return file;
  });

  await test.step('read from a file: what is wrong is shown and left out, the rest becomes a draft', async () => {
    const [good] = exported.features;
    const [a, b, c, d] = (await read<FenceRecord>(page, fencePath(page, code))).geometry.coordinates[0] as number[][];
    const crossed = { properties: { code: `${code}-X`, name_zh: '交叉' }, ring: [a, c, b, d, a] };
    const file = testInfo.outputPath('drawing.geojson');
    await writeFile(
      file,
      JSON.stringify({
        type: 'FeatureCollection',
        features: [
          { ...good, type: 'Feature', properties: { ...good!.properties, code: `${code}-B` } },
          {
            type: 'Feature',
            properties: crossed.properties,
            geometry: { type: 'Polygon', coordinates: [crossed.ring] },
          },
        ],
      }),
    );
    await panel.getByTestId('fence-import').click();
    await panel.getByTestId('fence-file').setInputFiles(file);
    const found = panel.getByTestId('fence-found-item');
    await expect(found).toHaveCount(2);
    await expect(found.nth(0).getByRole('checkbox')).toBeChecked();
    await expect(found.nth(1).getByRole('checkbox')).not.toBeChecked();
    await expect(found.nth(1)).toContainText('自相交');
    await panel.getByTestId('fence-store').click();
    const draft = panel.locator(`[data-testid=fence-draft][data-code="${code}-B"]`);
    await expect(draft).toContainText('他人改的名');
    expect((await page.request.get(fencePath(page, `${code}-B`))).status()).toBe(404);
    await draft.locator('.icon-button').click();
    await expect(draft).toHaveCount(0);
  });

  await test.step('retired, with a reason', async () => {
    await rowOf(panel, code).getByTestId('fence-retire').click();
    await giveReason(page, 'fence-ask', '检修结束');
    await expect(rowOf(panel, code)).toHaveCount(0);
    await expect(panel.locator(`[data-testid=fence-retired][data-code="${code}"]`)).toBeVisible();
  });
});

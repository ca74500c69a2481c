/** What an operator does with the plant view, on a twin that really runs. */

import { addressed, expect, openPlant, test } from './page';

interface PersonRow {
  id: string;
  p_still: number;
}

test('the plant opens: live, with people, marked as fictional, in Chinese', async ({ page }) => {
  await openPlant(page);
  await expect(page.getByTestId('mode')).toHaveText('实时');
  await expect(page.locator('.plant-name')).toContainText('黄河口示范石化');
  await expect(page.locator('.fictional')).toBeVisible();
  await expect(page.getByTestId('scale')).toBeVisible();
  await expect
    .poll(async () => Number.parseInt(await page.getByTestId('head-count').innerText(), 10))
    .toBeGreaterThan(50);
  await expect(page.getByTestId('banner')).toHaveCount(0);
  await expect(page.locator('.legend li')).not.toHaveCount(0);
});

test('people move, and the panel follows the one looked at', async ({ page }) => {
  await openPlant(page);
  const plant = addressed(page, 'plant')!;
  const answer = await page.request.get(`/api/v1/plants/${plant}/people?limit=1000`);
  const body = (await answer.json()) as PersonRow[] | { items: PersonRow[] };
  const rows = Array.isArray(body) ? body : body.items;
  const walker = rows.toSorted((a, b) => a.p_still - b.p_still)[0]!;
  await page.keyboard.press('Control+k');
  await page.keyboard.type(walker.id);
  await page.keyboard.press('Enter');
  const inspector = page.getByTestId('inspector');
  await expect(inspector).toHaveAttribute('data-id', walker.id);
  const place = inspector.locator('.fact-row', { hasText: '位置' }).locator('dd');
  await expect(place).toHaveText(/\d/);
  const before = await place.innerText();
  await expect.poll(() => place.innerText(), { timeout: 60_000 }).not.toBe(before);
});

test('search finds a tank, flies there and shows its trend', async ({ page }) => {
  await openPlant(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('t601');
  await expect(page.getByRole('option').first()).toContainText('T-601');
  await page.keyboard.press('Enter');
  const inspector = page.getByTestId('inspector');
  await expect(inspector).toHaveAttribute('data-id', 'T-601');
  await expect.poll(() => Number(addressed(page, 'view')?.split(',')[2])).toBeGreaterThan(17);
  await expect
    .poll(async () => Number(await page.getByTestId('trend').getAttribute('data-points')), { timeout: 30_000 })
    .toBeGreaterThan(2);
  await inspector.locator('.related', { hasText: 'LT-601' }).click();
  await expect(inspector).toHaveAttribute('data-kind', 'sensor');
  await expect(inspector.locator('.live-value.is-big')).toContainText('m');
  await page.keyboard.press('Escape');
  await expect(inspector).toHaveCount(0);
});

test('the language changes everywhere and is remembered', async ({ page }) => {
  await openPlant(page);
  await page.locator('.language').click();
  await expect(page.getByTestId('mode')).toHaveText('LIVE');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en-GB');
  await expect(page.locator('.plant-name')).toContainText('Yellow River');
  await expect(page.getByTestId('layers')).toContainText('Gas detectors');
  await expect.poll(() => addressed(page, 'lang')).toBe('en');
  await page.goto('/');
  await expect(page.getByTestId('mode')).toHaveText('LIVE');
});

test('an alarm appears, leads to its place, and is acknowledged', async ({ page }) => {
  test.setTimeout(600_000);
  await openPlant(page);
  const row = page.locator('[data-testid="alarm-row"][data-state$="unacknowledged"]').first();
  // The simulated people go where they should not every minute or so.
  await expect(row).toBeVisible({ timeout: 300_000 });
  const id = (await row.getAttribute('data-alarm'))!;
  const mine = page.locator(`[data-testid="alarm-row"][data-alarm="${id}"]`);
  await mine.locator('.alarm-open').click();
  const inspector = page.getByTestId('inspector');
  await expect(inspector).toHaveAttribute('data-id', id);
  await expect(inspector.locator('.advice')).toBeVisible();
  await expect.poll(() => addressed(page, 'sel')).toBe(`alarm:${id}`);
  await page.getByTestId('inspector-acknowledge').click();
  await expect(inspector.locator('.alarm-state-line')).not.toHaveClass(/is-unacknowledged/);
  await expect(page.locator('.alarm-fault')).toHaveCount(0);
  await page.getByTestId('alarm-expand').click();
  const listed = page.getByTestId('alarm-list').locator(`[data-alarm="${id}"]`);
  await expect(page.getByTestId('alarm-list')).toBeVisible();
  // Acknowledged and still inside: it stands as acknowledged. Gone by now: it has left the list.
  await expect
    .poll(async () => ((await listed.count()) === 0 ? 'gone' : await listed.getAttribute('data-state')))
    .toMatch(/^(gone|(latched_)?acknowledged)$/);
  await page.getByRole('tab', { name: '历史' }).click();
  await expect(listed).toBeVisible();
});

test('layers switch and stay switched', async ({ page }) => {
  await openPlant(page);
  const anchors = page.getByTestId('layer-anchors');
  await expect(anchors).not.toBeChecked();
  await anchors.check({ force: true });
  await page.getByTestId('layer-names').uncheck({ force: true });
  await expect.poll(() => addressed(page, 'layers')).toBe('-names,+anchors');
  await page.reload();
  await expect(page.getByTestId('layer-anchors')).toBeChecked();
  await expect(page.getByTestId('layer-names')).not.toBeChecked();
});

test('the address restores view, selection, colours and language', async ({ page }) => {
  const view = '118.951000,37.950500,17.50,30.0,45.0';
  await openPlant(page, `lang=en&theme=dark&sel=asset:T-601&view=${view}`);
  await expect(page.getByTestId('inspector')).toHaveAttribute('data-id', 'T-601');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect.poll(() => addressed(page, 'view')).toBe(view);
});

test('the keys work, and are written down', async ({ page }) => {
  await openPlant(page);
  await page.keyboard.press('?');
  await expect(page.getByTestId('help')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('help')).toHaveCount(0);
  const pitch = () => Number(addressed(page, 'view')?.split(',')[4]);
  await expect.poll(pitch).toBeGreaterThan(10);
  await page.keyboard.press('d');
  await expect.poll(pitch).toBeLessThan(1);
  await page.keyboard.press('h');
  await expect.poll(pitch).toBeGreaterThan(10);
  await page.getByTestId('connection').click();
  await expect(page.getByTestId('quality')).toContainText('拒收');
});

test('a cut connection freezes the picture for all to see, and heals', async ({ page, watch }) => {
  let cut = false;
  await page.routeWebSocket(/\/ws\/v1\/live/, (socket) => {
    if (cut) {
      void socket.close({ code: 1001 });
      return;
    }
    const server = socket.connectToServer();
    // Silence, not a clean close: the way a pulled cable looks.
    server.onMessage((message) => {
      if (!cut) socket.send(message);
    });
  });
  watch.expected.push(/WebSocket/);
  await openPlant(page);
  await expect(page.getByTestId('map')).toHaveAttribute('data-frozen', 'false');
  cut = true;
  const banner = page.getByTestId('banner');
  await expect(banner).toHaveAttribute('data-kind', 'lost');
  await expect(banner).toContainText('画面已冻结');
  await expect(page.getByTestId('mode')).toHaveText('冻结');
  await expect(page.getByTestId('map')).toHaveAttribute('data-frozen', 'true');
  const filter = await page.locator('.map-canvas').evaluate((element) => getComputedStyle(element).filter);
  expect(filter).toContain('grayscale(1)');
  const seconds = async () => Number.parseInt(/(\d+) s/.exec(await banner.innerText())?.[1] ?? '0', 10);
  const early = await seconds();
  await expect.poll(seconds).toBeGreaterThan(early);
  cut = false;
  await expect(banner).toHaveCount(0, { timeout: 40_000 });
  await expect(page.getByTestId('map')).toHaveAttribute('data-frozen', 'false');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-kind', 'live');
});

test('without WebGL 2 the page says so, and alarms and search still work', async ({ page }) => {
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...more: unknown[]) {
      return kind.startsWith('webgl') ? null : Reflect.apply(real, this, [kind, ...more]);
    } as typeof real;
  });
  await page.goto('/?lang=zh');
  await expect(page.getByTestId('map')).toHaveAttribute('data-condition', 'unavailable');
  await expect(page.locator('.map-missing')).toContainText('WebGL 2');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-kind', 'live');
  await page.getByTestId('alarm-expand').click();
  await expect(page.getByTestId('alarm-list')).toBeVisible();
  await page.getByTestId('alarm-expand').click();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('t601');
  await expect(page.getByRole('option').first()).toContainText('T-601');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('inspector')).toContainText('T-601');
});

test('a phone shows the map whole, panels from below, and nothing sideways', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openPlant(page, 'lang=zh&sel=asset:T-601');
  const inspector = (await page.getByTestId('inspector').boundingBox())!;
  expect(inspector.x).toBe(0);
  expect(inspector.width).toBe(390);
  expect(inspector.y).toBeGreaterThan(200);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await expect(page.getByTestId('alarm-strip')).toBeVisible();
  const top = await page.locator('.top').evaluate((bar) => [bar.scrollWidth, bar.clientWidth]);
  expect(top[0]).toBeLessThanOrEqual(top[1]!);
});

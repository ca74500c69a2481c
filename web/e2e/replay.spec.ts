/** Back in time and home again: sought, stepped, played both ways, jumped, followed, beside another time, shared, live. */

import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { addressed, expect, openPlant, test } from './page';
import { walkInto } from './walk';

/** The instant the clock stands at, epoch ms, as the address has it. */
const instant = (page: Page): number => Number(/at:(\d+)/.exec(addressed(page, 'replay') ?? '')?.[1] ?? NaN);

/** Waits until the address has stood still: it is written a little after the change. */
async function settled(page: Page): Promise<number> {
  let before = NaN;
  await expect
    .poll(
      () => {
        const now = instant(page);
        const same = now === before;
        before = now;
        return same;
      },
      { intervals: [700] },
    )
    .toBe(true);
  return before;
}

/** Types an instant, epoch ms, in the plant's own time: eight hours east. */
async function seek(page: Page, t_ms: number): Promise<void> {
  const time = page.getByTestId('replay-time');
  await time.fill(new Date(t_ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' '));
  await time.press('Enter');
  await expect.poll(() => instant(page)).toBe(t_ms);
}

test('the last minutes are gone through, an alarm is looked at as it was, and live is one key away', async ({
  page,
}, testInfo) => {
  // A small picture is drawn fast by a machine without a graphics card.
  await page.setViewportSize({ width: 1120, height: 680 });
  const walk = await walkInto('F-05');
  await walk.leave();
  await openPlant(page, 'lang=zh');
  const replay = page.getByTestId('replay');
  const mode = page.getByTestId('mode');

  await test.step('the past can never be mistaken for now', async () => {
    await page.keyboard.press('r');
    await expect(mode).toHaveClass(/is-replay/);
    await expect(page.getByTestId('now-strip')).toBeVisible();
  });

  await test.step('an instant is typed; nonsense is refused and nothing lost', async () => {
    const time = page.getByTestId('replay-time');
    const before = await settled(page);
    await time.fill('gestern');
    await time.press('Enter');
    await page.keyboard.press('Escape');
    expect(await settled(page)).toBe(before);
    const wanted = Math.floor(Date.now() / 1000) * 1000 - 25_000;
    await seek(page, wanted);
    await expect(page.getByTestId('replay-loading')).toHaveCount(0);
    await expect(page.getByTestId('replay-empty')).toHaveCount(0);
  });

  await test.step('stepped, played on and backwards, and stopped', async () => {
    const from = await settled(page);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => instant(page)).toBe(from + 1000);
    await page.getByTestId('replay-speed').selectOption('4');
    await page.keyboard.press('l');
    await expect.poll(() => instant(page)).toBeGreaterThan(from + 8000);
    await page.keyboard.press('k');
    const there = await settled(page);
    await page.keyboard.press('j');
    await expect.poll(() => instant(page)).toBeLessThan(there - 2000);
    await page.keyboard.press('k');
    await expect(page.getByTestId('replay-play')).toHaveAttribute('data-playing', 'false');
  });

  await test.step('one alarm back: the alarm stands as it stood then', async () => {
    const now = Math.floor(Date.now() / 1000) * 1000 - 3_000;
    await seek(page, now);
    await page.keyboard.press('[');
    await expect.poll(() => instant(page)).toBeLessThan(now);
    const at = await settled(page);
    const plant = addressed(page, 'plant')!;
    const then = await page.request.get(`/api/v1/plants/${plant}/state?at=${new Date(at + 1000).toISOString()}`);
    expect(((await then.json()) as { alarms: unknown[] }).alarms.length).toBeGreaterThan(0);
    await page.keyboard.press('ArrowRight');
    await testInfo.attach('replay', { body: await page.screenshot(), contentType: 'image/png' });
  });

  const who = await test.step('somebody is chosen, followed, and drawn smoothed', async () => {
    const add = page.getByTestId('replay-add');
    const id = (await add.locator('option').nth(1).getAttribute('value'))!;
    await add.selectOption(id);
    const chosen = page.locator(`[data-testid=replay-person][data-id="${id}"]`);
    await chosen.getByTestId('replay-follow').click();
    await expect(chosen.getByTestId('replay-follow')).toHaveAttribute('aria-pressed', 'true');
    await page.getByTestId('replay-quality').selectOption('smoothed');
    await expect(page.getByTestId('replay-loading')).toHaveCount(0);
    return id;
  });

  await test.step('two times side by side', async () => {
    const beside = page.getByTestId('replay-beside');
    await beside.selectOption({ index: 1 });
    await expect(page.getByTestId('beside-map')).toBeVisible();
    await expect(page.getByTestId('beside-time')).not.toBeEmpty();
    await beside.selectOption('');
    await expect(page.getByTestId('beside-map')).toHaveCount(0);
  });

  await test.step('taken along as a film', async () => {
    const saving = page.waitForEvent('download', { timeout: 60_000 });
    await page.getByTestId('replay-video').click();
    const running = page.getByTestId('replay-recording');
    await expect(running).toContainText(/正在录像 [3-9] /);
    await running.getByRole('button').first().click();
    const film = await readFile(await (await saving).path());
    expect(film.length).toBeGreaterThan(10_000);
  });

  await test.step('whoever opens the address sees the same', async () => {
    const at = await settled(page);
    await page.reload();
    await expect(mode).toHaveClass(/is-replay/);
    await expect(page.locator(`[data-testid=replay-person][data-id="${who}"]`)).toBeVisible();
    await expect(page.getByTestId('replay-quality')).toHaveValue('smoothed');
    expect(await settled(page)).toBe(at);
  });

  await test.step('live is one key away', async () => {
    await page.keyboard.press('r');
    await expect(mode).not.toHaveClass(/is-replay/);
    await expect(replay).toHaveCount(0);
    await expect(page.getByTestId('connection')).toHaveAttribute('data-kind', 'live');
  });
});

/** Whoever sets the positioning up: which anchors are well, where fixes are to be expected, the list as a file. */

import { readFile } from 'node:fs/promises';
import { expect, openPlant, test } from './page';

test('anchors: listed with their health, found on the map, saved as a file', async ({ page }) => {
  await openPlant(page);
  await page.getByTestId('rail-commissioning').click();
  const panel = page.getByTestId('commissioning');
  await expect(page.getByTestId('survey-legend')).toContainText('不可定位', { timeout: 120_000 });
  const rows = panel.locator('[data-testid=survey-anchors] [data-row]');
  await expect.poll(() => rows.count()).toBeGreaterThan(5);
  // The simulated radio is heard: not every anchor is silent or unknown.
  await panel.getByRole('columnheader', { name: '测距次数' }).getByRole('button').click();
  await panel.getByRole('columnheader', { name: '测距次数' }).getByRole('button').click();
  await expect
    .poll(async () => Number.parseInt(await rows.first().locator('.is-number').nth(3).innerText(), 10), {
      timeout: 60_000,
    })
    .toBeGreaterThan(0);

  await panel.getByRole('searchbox').fill('A-050');
  await expect(rows).toHaveCount(1);
  await rows.first().press('Enter');
  await expect(page.getByTestId('inspector')).toHaveAttribute('data-id', 'A-050');
  await expect(rows.first()).toHaveAttribute('aria-selected', 'true');

  const saving = page.waitForEvent('download');
  await panel.getByRole('button', { name: '导出 CSV' }).click();
  const saved = await readFile(await (await saving).path(), 'utf8');
  expect(saved.split('\r\n')[1]).toContain('A-050');
});

test('tags and frames, in English, and the panel makes room for alarms', async ({ page }) => {
  await openPlant(page, 'lang=en');
  await page.keyboard.press('c');
  const panel = page.getByTestId('commissioning');
  await panel.getByRole('tab', { name: 'Tags' }).click();
  await expect.poll(() => panel.locator('[data-testid=survey-tags] [data-row]').count()).toBeGreaterThan(5);
  await panel.getByRole('tab', { name: 'Frames' }).click();
  await expect(page.getByTestId('survey-engines')).toContainText('UWB-1');
  await page.keyboard.press('b');
  await expect(panel).toHaveCount(0);
  await expect(page.getByTestId('alarm-list')).toBeVisible();
  await page.keyboard.press('c');
  await expect(panel).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
});

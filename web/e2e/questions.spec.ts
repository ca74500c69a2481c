/** After an event: who was in the place I draw now, shown on the map, taken along as a table and as a signed report. */

import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { addressed, expect, openPlant, test } from './page';

async function saved(page: Page, testid: string): Promise<Buffer> {
  const saving = page.waitForEvent('download', { timeout: 60_000 });
  await page.getByTestId(testid).click();
  return readFile(await (await saving).path());
}

test('who was in a drawn place: drawn, asked, seen on the map, saved, asked again by its address', async ({ page }) => {
  // A small picture is drawn fast by a machine without a graphics card.
  await page.setViewportSize({ width: 1000, height: 640 });
  await openPlant(page, 'lang=zh&open=questions');
  const panel = page.getByTestId('questions');
  await expect(panel.getByTestId('ask-run')).toBeDisabled();
  await expect(panel.getByTestId('ask-missing')).toBeVisible();

  await panel.getByTestId('ask-tool-a-rectangle').click();
  await expect(panel.getByTestId('ask-tool-a-rectangle')).toHaveAttribute('aria-pressed', 'true');
  // Two ends of one side, then the side across: most of the plant, right of the panel.
  const asked = page.getByTestId('asked');
  await page.mouse.click(520, 170);
  await expect(asked).toHaveAttribute('data-points', '1');
  await page.mouse.click(900, 170);
  await expect(asked).toHaveAttribute('data-points', '2');
  await page.mouse.click(900, 370);
  await expect(panel.getByTestId('ask-drawn-a')).toContainText('m²');
  await panel.getByTestId('ask-last-quarter').click();
  await panel.getByTestId('ask-run').click();

  const answer = page.getByTestId('answer');
  const rows = answer.locator('[data-row]');
  await expect.poll(() => rows.count()).toBeGreaterThan(2);
  await expect(answer.getByTestId('ask-facts')).toContainText('次停留');
  const who = /[A-Z]+-?\d+/.exec(await rows.first().innerText())![0];
  await rows.first().click();
  await expect(page.getByTestId('asked-path').first()).toBeAttached();

  const lines = (await saved(page, 'ask-csv')).toString('utf8').trim().split('\r\n');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.some((line) => line.includes(who))).toBe(true);
  const report = await saved(page, 'ask-pdf');
  expect(report.subarray(0, 5).toString()).toBe('%PDF-');
  expect(report.includes('/ByteRange')).toBe(true);

  await expect.poll(() => addressed(page, 'vs')).toContain('a:drawn');
  await page.reload();
  await expect(panel.getByTestId('ask-drawn-a')).toContainText('m²');
  await panel.getByTestId('ask-run').click();
  await expect.poll(() => rows.count()).toBeGreaterThan(2);
});

/** The alarm desk: somebody walks into a forbidden zone by published positions; what follows is handled to the end. */

import type { Page } from '@playwright/test';
import { expect, openPlant, test } from './page';
import { walkInto } from './walk';

/** Opens the desk and looks for one person's alarms: what was acknowledged goes far down a long list. */
async function deskOf(page: Page, person: string): Promise<void> {
  await page.keyboard.press('k');
  await page.getByTestId('desk').getByRole('searchbox').fill(person);
}

const rowOf = (page: Page, within: string, person: string) =>
  page.getByTestId(within).locator(`[data-alarm*=":${person}"]`).first();

test('raise, acknowledge, explain, run again, handle, close', async ({ page }) => {
  test.setTimeout(600_000);
  await openPlant(page);
  const walk = await walkInto('F-05');
  try {
    await deskOf(page, walk.person);
    const row = rowOf(page, 'desk', walk.person);
    await expect(row).toHaveAttribute('data-state', 'unacknowledged', { timeout: 60_000 });
    const id = (await row.getAttribute('data-alarm'))!;
    await row.locator('.alarm-open').focus();
    await page.keyboard.press('a');
    await expect(row).toHaveAttribute('data-state', 'acknowledged');

    // Why: the fixes on the map, the probability over time, and the same code over the stored inputs.
    await row.locator('.alarm-open').focus();
    await page.keyboard.press('x');
    await expect(page.getByTestId('desk')).toHaveCount(0);
    await expect(page.getByTestId('explain-story')).toContainText('发生', { timeout: 30_000 });
    await expect
      .poll(async () => Number(await page.getByTestId('explain-chart').getAttribute('data-points')), {
        timeout: 90_000,
      })
      .toBeGreaterThan(5);
    await expect(page.getByTestId('evidence').locator('.ev-ellipse').first()).toBeAttached();
    await expect(page.getByTestId('evidence').locator('.ev-fence').first()).toBeAttached();
    await page.getByTestId('rerun-do').click();
    await expect(page.getByTestId('rerun')).toHaveAttribute('data-verdict', 'same', { timeout: 60_000 });

    // Handling: one step after the other, to a result.
    for (const stage of ['handling', 'verifying', 'closed'] as const) {
      await page.getByTestId('alarm-handle').click();
      const dialog = page.getByTestId('alarm-dialog');
      await dialog.getByTestId(`handle-${stage}`).click();
      if (stage === 'closed') {
        await expect(dialog.getByTestId('alarm-dialog-do')).toBeDisabled();
        await dialog.getByTestId('handle-result').fill('已劝离，补登作业许可');
        await dialog.getByTestId('handle-cause').selectOption('permit');
      }
      await dialog.getByTestId('alarm-dialog-do').click();
      await expect(dialog).toHaveCount(0);
      await expect(page.locator('.alarm-steps li')).toHaveCount(
        ['handling', 'verifying', 'closed'].indexOf(stage) + 1,
        { timeout: 20_000 },
      );
    }
    await walk.leave();

    // The journal has the whole story, and the dashboard counts it.
    await page.keyboard.press('k');
    await page.getByTestId('desk-tab-journal').click();
    const lines = page.getByTestId('journal').locator(`[data-alarm-line="${id}"]`);
    await expect.poll(() => lines.count(), { timeout: 30_000 }).toBeGreaterThan(4);
    await page.keyboard.press('o');
    await expect(page.getByTestId('dash-kinds')).toContainText('禁区闯入');
    await page.getByTestId('dash-tab-kpi').click();
    await expect(page.getByTestId('kpi')).toContainText('平均每 10 分钟');
  } finally {
    await walk.leave();
  }
});

test('shelve with a reason; it comes back by itself', async ({ page }) => {
  test.setTimeout(600_000);
  await openPlant(page, 'lang=en');
  const walk = await walkInto('F-04');
  try {
    await deskOf(page, walk.person);
    const row = rowOf(page, 'desk', walk.person);
    await expect(row).toBeVisible({ timeout: 60_000 });
    await row.locator('.alarm-open').focus();
    await page.keyboard.press('s');
    const dialog = page.getByTestId('alarm-dialog');
    await expect(dialog.getByTestId('alarm-dialog-do')).toBeDisabled();
    await dialog.getByTestId('shelve-minutes').selectOption('1');
    await dialog.getByTestId('shelve-reason').fill('Inspection with permit 12');
    await dialog.getByTestId('alarm-dialog-do').click();
    await expect(dialog).toHaveCount(0);
    await expect(row).toHaveCount(0);
    await expect(page.getByTestId('put-aside')).toContainText('1');
    await page.getByTestId('desk-tab-shelved').click();
    await expect(rowOf(page, 'desk', walk.person)).toContainText('Inspection with permit 12');
    await page.getByTestId('desk-tab-standing').click();
    // A minute later it calls again, because somebody is still there.
    await expect(rowOf(page, 'desk', walk.person)).toBeVisible({ timeout: 90_000 });
    await rowOf(page, 'desk', walk.person).getByTestId('acknowledge').click();
  } finally {
    await walk.leave();
  }
  // Left as found: out of the fence and acknowledged, the alarm is gone.
  await expect(rowOf(page, 'desk', walk.person)).toHaveCount(0, { timeout: 60_000 });
});

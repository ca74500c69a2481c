/** A drill from the call to the history: the roll, a word given for somebody missing, teams and points, the list taken along. */

import { readFile } from 'node:fs/promises';
import { expect, openPlant, test } from './page';

test('a drill is called, its roll worked through, taken along, ended and found again', async ({ page }, testInfo) => {
  // A small picture is drawn fast by a machine without a graphics card.
  await page.setViewportSize({ width: 1000, height: 640 });
  await openPlant(page, 'lang=zh&open=muster');
  const panel = page.getByTestId('muster');
  const list = panel.getByTestId('muster-list');
  const why = `季度演练 ${Date.now().toString(36)}`;

  await test.step('call: not without a reason, and a real evacuation only when asked twice', async () => {
    await expect(panel.getByTestId('muster-drill')).toBeDisabled();
    await panel.getByTestId('muster-reason').fill(why);
    await panel.getByTestId('muster-real').click();
    await expect(panel.getByTestId('muster-sure')).toBeVisible();
    await panel.getByRole('button', { name: '取消' }).click();
    await panel.getByTestId('muster-drill').click();
    await expect(panel.locator('.muster-what')).toContainText(why);
    await expect.poll(() => list.locator('[data-subject]').count()).toBeGreaterThan(80);
  });

  const missing = panel.getByTestId('muster-count-not_safe');
  const who = await test.step('the roll: whoever is missing is filtered, looked for and vouched for', async () => {
    await missing.click();
    await expect(missing).toHaveAttribute('aria-pressed', 'true');
    const first = list.locator('[data-standing=not_safe]').first();
    const id = (await first.getAttribute('data-subject'))!;
    await missing.click();
    await panel.getByRole('searchbox').fill(id);
    const row = list.locator(`[data-subject="${id}"]`);
    await expect(list.locator('[data-subject]')).toHaveCount(1);
    await row.locator('.muster-who').click();
    await expect(page.getByTestId('inspector')).toBeVisible();
    await row.getByRole('textbox').fill('门卫处');
    await row.getByTestId('say-safe').click();
    await expect(row.locator('.muster-word')).toContainText('门卫处');
    return id;
  });

  await test.step('teams and points: everybody is in one, the missing by name', async () => {
    await panel.getByRole('tab', { name: '班组' }).click();
    await expect
      .poll(() => panel.getByTestId('muster-by-team').locator('.muster-missing span').count())
      .toBeGreaterThan(0);
    await panel.getByRole('tab', { name: '集合点' }).click();
    await expect.poll(() => panel.getByTestId('muster-by-point').locator('.muster-group').count()).toBeGreaterThan(1);
    await testInfo.attach('muster', { body: await page.screenshot(), contentType: 'image/png' });
  });

  await test.step('the list taken along says what the screen says', async () => {
    const saving = page.waitForEvent('download');
    await panel.getByRole('link', { name: '导出 CSV' }).click();
    const lines = (await readFile(await (await saving).path(), 'utf8')).trim().split(/\r?\n/);
    expect(lines.length).toBeGreaterThan(80);
    expect(lines.find((line) => line.includes(who))).toContain('门卫处');
  });

  await test.step('end: asked twice while somebody is missing; the history keeps it as it stood', async () => {
    const end = panel.getByTestId('muster-end');
    await end.click();
    await expect(end).toHaveText('确认结束');
    await end.click();
    await expect(panel.locator('.muster-what')).toContainText('结束');
    await expect(panel.getByTestId('muster-end')).toHaveCount(0);
    await panel.getByTestId('muster-tab-history').click();
    await panel.locator('.muster-past', { hasText: why }).click();
    await panel.getByRole('searchbox').fill(who);
    await expect(list.locator(`[data-subject="${who}"] .muster-word`)).toContainText('门卫处');
    await expect(panel.getByTestId('say-safe')).toHaveCount(0);
  });
});

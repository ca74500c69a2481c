/** What every journey checks beside its own matter: nothing leaves the machine, nothing fails in silence. */

import { expect, test as base, type Page } from '@playwright/test';

export interface Watch {
  /** Requests that did not go to the twin. */
  foreign: string[];
  /** Console errors, page errors and broken content security policy. */
  errors: string[];
  /** Errors a journey provokes on purpose. */
  expected: RegExp[];
}

export const test = base.extend<{ watch: Watch }>({
  watch: [
    async ({ page, baseURL }, use) => {
      const watch: Watch = { foreign: [], errors: [], expected: [] };
      const home = new URL(baseURL ?? 'http://127.0.0.1:8800').host;
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (!['data:', 'blob:'].includes(url.protocol) && url.host !== home) watch.foreign.push(request.url());
      });
      page.on('websocket', (socket) => {
        if (new URL(socket.url()).host !== home) watch.foreign.push(socket.url());
      });
      page.on('pageerror', (error) => watch.errors.push(`page: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error') watch.errors.push(`console: ${message.text()}`);
      });
      await use(watch);
      expect(watch.foreign).toEqual([]);
      expect(watch.errors.filter((error) => !watch.expected.some((known) => known.test(error)))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Opens the plant and waits until it is drawn and alive. */
export async function openPlant(page: Page, query = 'lang=zh'): Promise<void> {
  await page.goto(`/?${query}`);
  await expect(page.getByTestId('map')).toHaveAttribute('data-condition', 'ok', { timeout: 60_000 });
  await expect(page.getByTestId('connection')).toHaveAttribute('data-kind', 'live', { timeout: 60_000 });
}

/** A parameter of the address as it is now; the page writes it a little after the change. */
export function addressed(page: Page, name: string): string | null {
  return new URL(page.url()).searchParams.get(name);
}

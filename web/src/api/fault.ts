import { t } from '../i18n';
import { RequestError } from './client';

/** What went wrong, in the operator's words. */
export function reason(error: unknown): string {
  if (!(error instanceof RequestError)) return t('error.server', { status: '—' });
  if (error.fault === 'server') return t('error.server', { status: error.status || '—' });
  return t(`error.${error.fault}`);
}

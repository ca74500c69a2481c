/** Rows as CSV after RFC 4180, with the mark by which spreadsheets know UTF-8. Pure. */

function field(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // A spreadsheet would take text that begins so for a formula.
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  return `\ufeff${rows.map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

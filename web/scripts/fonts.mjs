/**
 * Copies the woff2 slices of Noto Sans SC (OFL-1.1) into public/fonts and writes, beside them,
 * `fonts.css` for the page and `faces.json` for MapLibre's `font-faces`:
 * `{"Noto Sans SC Regular": [{"url", "unicode-range": [...]}, ...], "Noto Sans SC Semibold": [...]}`.
 * Nothing is fetched; the package in node_modules is the source.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(web, 'node_modules/@fontsource/noto-sans-sc');
const target = join(web, 'public/fonts');
const weights = { 400: 'Noto Sans SC Regular', 600: 'Noto Sans SC Semibold' };

const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
const stamp = join(target, 'version.txt');
const wanted = `${version} ${Object.keys(weights).join(' ')}`;
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) process.exit(0);

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

const faces = {};
let css = '';
for (const [weight, name] of Object.entries(weights)) {
  const rules = readFileSync(join(source, `${weight}.css`), 'utf8').matchAll(/@font-face\s*\{[^}]*\}/g);
  faces[name] = [];
  for (const [rule] of rules) {
    const file = /url\(\.\/files\/([^)]+\.woff2)\)/.exec(rule)?.[1];
    const range = /unicode-range:\s*([^;]+);/.exec(rule)?.[1];
    if (!file || !range) throw new Error(`no woff2 slice in: ${rule.slice(0, 120)}`);
    copyFileSync(join(source, 'files', file), join(target, file));
    faces[name].push({ url: `/fonts/${file}`, 'unicode-range': range.split(',').map((part) => part.trim()) });
    css +=
      `@font-face{font-family:"Noto Sans SC";font-style:normal;font-weight:${weight};font-display:swap;` +
      `src:url(/fonts/${file}) format("woff2");unicode-range:${range}}\n`;
  }
}
copyFileSync(join(source, 'LICENSE'), join(target, 'LICENSE'));
writeFileSync(join(target, 'faces.json'), JSON.stringify(faces));
writeFileSync(join(target, 'fonts.css'), css);
writeFileSync(stamp, wanted);
console.log(`fonts: ${readdirSync(target).length} files in public/fonts`);

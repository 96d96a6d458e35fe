/**
 * What a visitor downloads before the first page: index.html and the files that it names, in kB (1000 bytes), as they
 * are and compressed as a CDN does it. Exits 1 above the limit. `--json` for machines.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const LIMIT = 120_000; // bytes, gzip
const COMPRESSED_ALREADY = /\.(woff2|png|jpe?g|webp|avif)$/;
const WRITTEN_BY_DEPLOY = '/config.json';

const [directory = 'build', ...flags] = process.argv.slice(2);

/** Paths of scripts, style sheets, preloads and icons that the page names, each once. */
function named(html) {
  const tags = html.match(/<(script|link)\b[^>]*>/g) ?? [];
  const paths = tags.map((tag) => tag.match(/\b(?:src|href)="(\/[^"]+)"/)?.[1]);
  return [...new Set(paths)].filter((path) => path && path !== WRITTEN_BY_DEPLOY);
}

function sizes(path) {
  const bytes = readFileSync(join(directory, path));
  if (COMPRESSED_ALREADY.test(path)) return { path, raw: bytes.length, gzip: bytes.length, brotli: bytes.length };
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }); // as CloudFront: fast
  return { path, raw: bytes.length, gzip: gzipSync(bytes, { level: 6 }).length, brotli: brotli.length };
}

const files = ['/index.html', ...named(readFileSync(join(directory, 'index.html'), 'utf8'))].map(sizes);
const sum = (key) => files.reduce((total, file) => total + file[key], 0);
const total = { path: 'in all', raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') };

if (flags.includes('--json')) {
  console.log(JSON.stringify({ files, total, limit: LIMIT }));
} else {
  const kB = (bytes) => (bytes / 1000).toFixed(1).padStart(8);
  console.log(`${'kB'.padEnd(56)}     raw    gzip  brotli`);
  for (const file of [...files, total]) {
    console.log(`${file.path.padEnd(54)} ${kB(file.raw)}${kB(file.gzip)}${kB(file.brotli)}`);
  }
}
if (total.gzip > LIMIT) {
  console.error(`the initial load is ${total.gzip} bytes with gzip; the limit is ${LIMIT}`);
  process.exitCode = 1;
}

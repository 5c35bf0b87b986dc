// Opens a snapshot with @vscode/v8-heap-parser (Rust, compiled to WebAssembly) and makes its table of classes.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { decode_bytes: decode, init_panic_hook: reportPanics } = require('@vscode/v8-heap-parser');

reportPanics();
const graph = decode(readFileSync(process.argv[2]));
const rows = graph.get_class_groups(0, 0xffff_ffff, false);
process.stdout.write(JSON.stringify({ rows: rows.length }));

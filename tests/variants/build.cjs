'use strict';

// node build.cjs COMPILERS MAIN FOLDER FORM MODULE
//
// Writes the program whose main file is MAIN (with the other files of its folder) into FOLDER, in one of the forms in
// which programs are deployed, and prints {"main", "names"} as JSON: the file to run, and for minified files what
// became of each name. FORM is `plain`, `ts-es5`, `ts-es2020`, `bundled`, `minified` or `minified-map`; MODULE is
// `commonjs` or `esm`; COMPILERS is the folder in which esbuild and TypeScript are installed.

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const { shortNames } = require('./names.cjs');

const [compilers, written, folder, form, format] = process.argv.slice(2);
const requireCompiler = createRequire(path.join(compilers, 'package.json'));

const TARGETS = { 'ts-es5': 'ES5', 'ts-es2020': 'ES2020' };
const WRITTEN = 'ESNext';
const IS_ESM = format === 'esm';

/** Rewrites a CommonJS module as a person would: `import`, and `export` for what it exports under a name. */
async function toEsm(text, ts) {
  const file = ts.createSourceFile('main.js', text, ts.ScriptTarget.ESNext, true);
  const edits = [];
  const requiredBy = (node) =>
    ts.isCallExpression(node) && node.expression.getText() === 'require' ? node.arguments[0].getText() : null;
  let nUnnamed = 0;
  for (const statement of file.statements) {
    const edit = (replacement) => edits.push([statement.getStart(), statement.getEnd(), replacement]);
    const [declared, ...others] = statement.declarationList?.declarations ?? [];
    if (declared?.initializer !== undefined && others.length === 0) {
      const { initializer, name } = declared;
      const names = name.getText();
      const specifier = requiredBy(initializer);
      const ofProperty = ts.isPropertyAccessExpression(initializer) ? requiredBy(initializer.expression) : null;
      if (specifier !== null && ts.isIdentifier(name)) edit(`import ${names} from ${specifier};`);
      else if (specifier !== null && (await hasExports(specifier.slice(1, -1), name.elements))) {
        edit(`import ${names.replaceAll(':', ' as')} from ${specifier};`);
      } else if (specifier !== null) {
        edit(`import package${++nUnnamed} from ${specifier};\nconst ${names} = package${nUnnamed};`);
      } else if (ofProperty !== null) {
        const property = initializer.name.getText();
        const what = property === 'default' ? names : `{ ${property} as ${names} }`;
        edit(`import ${what} from ${ofProperty};`);
      }
    } else if (ts.isExpressionStatement(statement)) {
      const { expression } = statement;
      if (ts.isStringLiteral(expression)) edit('');
      else if (ts.isBinaryExpression(expression)) {
        const exported = /^(?:module\.)?exports\.(\w+)$/.exec(expression.left.getText());
        if (exported) edit(`export const ${exported[1]} = ${expression.right.getText()};`);
      }
    }
  }
  let result = text;
  for (const [start, end, replacement] of edits.toReversed()) {
    result = result.slice(0, start) + replacement + result.slice(end);
  }
  if (/\brequire\(/.test(result) && IS_ESM) {
    const lines = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n";
    result = lines + result;
  }
  // What runs the program is written for both kinds of modules.
  result = result.replaceAll('module.exports.work(', 'work(');
  if (/\bexports\b/.test(result.replace(/\/\/.*/g, ''))) throw new Error('this CommonJS module cannot be an ES module');
  return result;
}

/** Tells whether Node finds names in a package; of CommonJS it sees only those that the package writes plainly. */
async function hasExports(specifier, elements) {
  const loaded = await import(createRequire(written).resolve(specifier));
  return elements.every((element) => (element.propertyName ?? element.name).text in loaded);
}

/** Compiles the main file, and what it imports as ES modules, with TypeScript. */
function compiled(main, target, extension, ts) {
  const options = {
    target: ts.ScriptTarget[target],
    module: IS_ESM ? ts.ModuleKind.ES2022 : ts.ModuleKind.CommonJS,
    esModuleInterop: true,
    downlevelIteration: true,
    sourceMap: target !== WRITTEN,
  };
  const directory = path.dirname(main);
  for (const name of fs.readdirSync(directory)) {
    const from = path.join(directory, name);
    if (from !== main && path.extname(name) !== '.mjs') {
      fs.copyFileSync(from, path.join(folder, name));
      continue;
    }
    const text = fs.readFileSync(from, 'utf8');
    const stem = path.parse(name).name;
    const output = stem + extension;
    // TypeScript leaves `import` in what is called .mjs.
    const asked = { compilerOptions: options, fileName: `${stem}.ts` };
    const { outputText, sourceMapText } = ts.transpileModule(text, asked);
    const code = outputText
      .replaceAll(/(["']\.\/\w+)\.mjs(["'])/g, `$1${extension}$2`)
      .replace(/(sourceMappingURL=).*/, `$1${output}.map`);
    fs.writeFileSync(path.join(folder, output), code);
    if (sourceMapText === undefined) continue;
    // As if it had been TypeScript: sources never have the path of what is made of them.
    const sources = [`../src/${stem}.ts`];
    const map = { ...JSON.parse(sourceMapText), file: output, sources, sourcesContent: [text] };
    fs.writeFileSync(path.join(folder, `${output}.map`), JSON.stringify(map));
  }
  return path.join(folder, path.parse(main).name + extension);
}

/** Puts the program and its packages into one file. */
function bundled(main) {
  const { buildSync } = requireCompiler('esbuild');
  const outfile = path.join(folder, IS_ESM ? 'bundle.mjs' : 'bundle.cjs');
  const isMinified = form !== 'bundled';
  // Packages in CommonJS ask for Node's modules with `require`.
  const banner = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);";
  buildSync({
    entryPoints: [main],
    outfile,
    bundle: true,
    platform: 'node',
    format: IS_ESM ? 'esm' : 'cjs',
    target: 'node18',
    logLevel: 'error',
    minify: isMinified,
    sourcemap: isMinified ? 'external' : false,
    banner: IS_ESM ? { js: banner } : {},
  });
  if (!isMinified) return { main: outfile, names: {} };
  const map = `${outfile}.map`;
  const names = shortNames(outfile, map);
  if (form === 'minified-map') fs.appendFileSync(outfile, `//# sourceMappingURL=${path.basename(map)}\n`);
  else fs.rmSync(map);
  return { main: outfile, names };
}

async function build() {
  fs.mkdirSync(folder, { recursive: true });
  const ts = requireCompiler('typescript');
  const isTypeScript = form in TARGETS;
  let main = written;
  // People write TypeScript with `import`; tsc makes CommonJS of it where that is asked for.
  if (path.extname(main) === '.cjs' && (IS_ESM || isTypeScript)) {
    main = written.replace(/\.cjs$/, '.mjs');
    fs.writeFileSync(main, await toEsm(fs.readFileSync(written, 'utf8'), ts));
    fs.rmSync(written);
  }
  if (form.startsWith('bundled') || form.startsWith('minified')) return bundled(main);
  if (isTypeScript) return { main: compiled(main, TARGETS[form], IS_ESM ? '.mjs' : '.js', ts), names: {} };
  if (!IS_ESM && path.extname(main) === '.mjs') return { main: compiled(main, WRITTEN, '.cjs', ts), names: {} };
  fs.cpSync(path.dirname(main), folder, { recursive: true });
  return { main: path.join(folder, path.basename(main)), names: {} };
}

build().then((made) => {
  // A package that was looked at may have started timers.
  process.stdout.write(JSON.stringify(made), () => process.exit(0));
});

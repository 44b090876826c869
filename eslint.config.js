import { builtinModules } from 'node:module'
import pluginVue from 'eslint-plugin-vue'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

/**
 * Imports point one way: core <- main <- test, and the renderer sees of the others only what is free of any host.
 * A wall is a pattern of what a folder may not import, matched against the text of the import.
 *
 * @typedef {{ regex: string, message: string }} Wall
 */

/** Roundabout spellings would get past the other walls. @type {Wall[]} */
const everywhere = [
  { regex: `^(${builtinModules.filter(name => !name.startsWith('_')).join('|')})(/|$)`, message: 'Write the node: prefix, so that a builtin is told from a package at sight.' },
  { regex: String.raw`^\./\.\.|[^./]/\.\.(/|$)`, message: 'Write the shortest relative path.' },
]

/**
 * @param {readonly string[]} packages
 * @returns {Wall}
 */
const onlyPackages = (...packages) => ({
  regex: String.raw`^(?!\.{1,2}/|(${packages.join('|')})$)`,
  message: `This folder runs in any host: of packages it may import only ${packages.join(', ')}.`,
})

/**
 * @param {string} folders a regular expression of the names that a relative import climbs to
 * @param {string} message
 * @returns {Wall}
 */
const noClimbTo = (folders, message) => ({ regex: String.raw`^(\.\./)+${folders}(/|$)`, message })

const noElectron = { regex: '^electron(/|$)', message: 'Electron is imported in main/shell only, so that all else runs and is tested without it.' }
const noShell = { regex: String.raw`^(\./|(\.\./)+)shell(/|$)`, message: 'main/shell imports Electron; nothing but itself may depend on it.' }
const noUpFromMain = noClimbTo('(renderer|test)', 'main imports core only.')

/**
 * `no-restricted-imports` does not see import() expressions, so each wall is built twice.
 *
 * @param {readonly Wall[]} walls
 * @returns {import('eslint').Linter.RulesRecord}
 */
function walled(...walls) {
  const all = [...walls, ...everywhere]
  return {
    'no-restricted-imports': ['error', { patterns: all.map(wall => ({ ...wall, caseSensitive: true })) }],
    'no-restricted-syntax': [
      'error',
      // A selector ends its regular expression at the first slash, escaped or not.
      ...all.map(({ regex, message }) => ({ selector: `ImportExpression > Literal[value=/${regex.replaceAll('/', String.raw`\x2F`)}/u]`, message })),
    ],
  }
}

/**
 * @param {readonly string[]} names
 * @param {string} message
 * @returns {import('eslint').Linter.RulesRecord}
 */
const forbidGlobals = (names, message) => ({ 'no-restricted-globals': ['error', ...names.map(name => ({ name, message }))] })

const nodeGlobals = ['process', 'Buffer', 'global', 'require', 'module', 'exports', '__dirname', '__filename', 'setImmediate', 'clearImmediate']
const hostGlobals = [
  ...nodeGlobals,
  ...['globalThis', 'self', 'window', 'document', 'navigator', 'location', 'localStorage', 'indexedDB', 'Worker', 'fetch', 'WebSocket', 'URL', 'crypto'],
  ...['console', 'performance', 'Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask', 'structuredClone'],
  // Typed as globals, but Node defines them nowhere.
  ...['GPUBufferUsage', 'GPUMapMode', 'GPUShaderStage', 'GPUTextureUsage', 'GPUColorWrite'],
]
const hostFree = forbidGlobals(hostGlobals, 'This folder runs in any host: what it needs of one is passed in (see core/gpu/host.ts and core/gpu/memory.ts).')

export default defineConfig(
  globalIgnores(['out/', 'dist/', 'coverage/', 'test/artifacts/', 'test/bench-tfjs/']),
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.vue'],
    extends: [pluginVue.configs['flat/recommended']],
    languageOptions: { parser: vueParser },
    rules: {
      // Layout of templates is nobody's concern; meaning is.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      // vue-tsc knows which props may be left out.
      'vue/require-default-prop': 'off',
      'vue/attributes-order': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-v-html': 'error',
    },
  },
  {
    files: ['**/*.ts', '**/*.js', '**/*.mjs', '**/*.vue'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { parser: tseslint.parser, projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.vue'] } },
    rules: {
      ...walled(),
      'eqeqeq': 'error',
      'no-constant-binary-expression': 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-debugger': 'error',
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      'no-empty': 'error',
      'no-fallthrough': 'error',
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Random numbers are counter-based: core/random.ts.' }],
      'no-self-compare': 'error',
      'no-unreachable-loop': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-escape': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
      'max-lines': ['error', 400],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Costly, and there is nothing for them here: no enums (erasableSyntaxOnly), few classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // async without await turns what a function throws into a rejection, which is what interfaces here promise.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['core/**'],
    rules: { ...walled(onlyPackages('zod'), noClimbTo('(main|renderer|test)', 'core imports nothing of the other folders.')), ...hostFree },
  },
  {
    files: ['main/**'],
    rules: walled(noUpFromMain, noElectron, noShell),
  },
  {
    files: ['main/shell/**'],
    rules: walled(noUpFromMain),
  },
  {
    files: ['main/contract/**'],
    rules: {
      ...walled(onlyPackages('zod'), noUpFromMain, noClimbTo('(browser|cli|engine|services|setup|shell)', 'The renderer imports the contract, so the contract imports core and itself only.')),
      ...hostFree,
    },
  },
  {
    files: ['main/setup/**'],
    rules: walled({ regex: '^(?!node:|\\./)', message: 'Setup runs before anything is installed: only Node and its own files.' }),
  },
  {
    // Started by setup after the packages are there, to try one of them.
    files: ['main/setup/probe.mjs'],
    rules: walled({ regex: '^(?!node:|webgpu$)', message: 'The probe imports Node and webgpu only.' }),
  },
  {
    files: ['renderer/**'],
    rules: {
      ...walled(
        noElectron,
        { regex: '^(node:|webgpu$)', message: 'The renderer runs in a sandboxed page: ask main through the contract.' },
        noClimbTo('core(?!/(architecture|analysis)/)', 'Of core the renderer imports architecture and analysis only.'),
        noClimbTo('main(?!/contract/)', 'Of main the renderer imports the contract only.'),
        noClimbTo('test', 'The renderer imports no tests.'),
      ),
      ...forbidGlobals(nodeGlobals, 'The renderer runs in a sandboxed page without Node.'),
    },
  },
  {
    // strictTypeChecked sets the TypeScript parser for everything; a component needs Vue's around it.
    files: ['**/*.vue'],
    languageOptions: { parser: vueParser },
    // Defaults of props are destructured, and what a prop may be is known to Vue's compiler only.
    rules: { '@typescript-eslint/no-useless-default-assignment': 'off' },
  },
  {
    files: ['*.config.js', '*.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
  },
)

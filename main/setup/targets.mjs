import { pathToFileURL } from 'node:url'

/**
 * What `launch.mjs TARGET` brings about. Programs are run one after the other, by this Node, until one fails.
 *
 * @typedef {object} Step
 * @property {string} [title] said before it runs
 * @property {string[]} args of node
 *
 * @typedef {object} Target
 * @property {'none' | 'look' | 'need'} adapter look: take one that is there; need: install one, or refuse to start
 * @property {boolean} browser whether browser tests are among it
 * @property {'none' | 'page' | 'window'} app what must be built of the workbench: its page, or also the window around it
 * @property {'here' | 'root'} folder where it runs: where the person stands, so that the paths they type are theirs, or the clone
 * @property {Step[]} steps
 */

/** Commands that compute nothing on an adapter. */
const WITHOUT_ADAPTER = new Set(['presets', 'datasets', 'check', 'inspect', 'export', 'import', 'help'])
/** Options of every command that are followed by a value. */
const WITH_VALUE = new Set(['--home'])

/**
 * @param {string | undefined} name
 * @param {string[]} args
 * @param {(path: string) => string} inRoot absolute path of a file of the clone
 * @returns {Target | undefined} undefined when there is no target of that name
 */
export function targetOf(name, args, inRoot) {
  switch (name) {
    case 'bitwright':
    case 'start':
      return bitwright(args, inRoot)
    case 'demo':
      return bitwright(['train', 'digits', ...args], inRoot)
    case 'test':
      return {
        adapter: 'need',
        browser: true,
        app: 'page',
        folder: 'root',
        steps: [
          { title: 'types', args: [inRoot('node_modules/typescript/bin/tsc'), '-b', 'core', 'main', 'test'] },
          { title: 'types of components', args: [inRoot('node_modules/vue-tsc/bin/vue-tsc.js'), '-p', 'renderer'] },
          { title: 'types of their tests', args: [inRoot('node_modules/vue-tsc/bin/vue-tsc.js'), '-p', 'test/renderer'] },
          { title: 'lint', args: [inRoot('node_modules/eslint/bin/eslint.js'), '--max-warnings', '0', '.'] },
          { title: 'tests', args: [inRoot('node_modules/vitest/vitest.mjs'), 'run', ...args] },
        ],
      }
    default:
      return undefined
  }
}

/**
 * @param {string[]} args
 * @param {(path: string) => string} inRoot
 * @returns {Target}
 */
function bitwright(args, inRoot) {
  return {
    adapter: adapterFor(args),
    browser: false,
    app: appFor(args),
    folder: 'here',
    steps: [{ args: ['--import', pathToFileURL(inRoot('node_modules/tsx/dist/loader.mjs')).href, inRoot('main/cli/bitwright.ts'), ...args] }],
  }
}

/** @param {string[]} args */
function adapterFor(args) {
  if (onlyAsks(args)) return 'none'
  const command = commandOf(args)
  if (command === 'doctor') return 'look'
  return command !== undefined && WITHOUT_ADAPTER.has(command) ? 'none' : 'need'
}

/**
 * Without a command the workbench opens.
 *
 * @param {string[]} args
 */
function appFor(args) {
  if (onlyAsks(args)) return 'none'
  const command = commandOf(args)
  return command === undefined ? 'window' : command === 'serve' ? 'page' : 'none'
}

/** @param {string[]} args */
function onlyAsks(args) {
  return args.some(arg => ['--help', '-h', '--version', '-V'].includes(arg))
}

/** @param {string[]} args */
function commandOf(args) {
  return args.find((arg, index) => !arg.startsWith('-') && !WITH_VALUE.has(args[index - 1] ?? ''))
}

import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hasDisplay } from './display.mjs'
import { readText } from './json.mjs'

/** @typedef {import('./machine.mjs').Machine} Machine */

/** Its program has over 100 MB, which npm does not bring along. */
const FETCH_SECONDS = 600
/** After an attempt in vain the next one waits: without a network every start would wait for it. */
const RETRY_MILLISECONDS = 24 * 3600 * 1000

/**
 * Path of Electron's program, as its package finds it; undefined if it was never fetched.
 *
 * @param {string} root folder of node_modules
 * @param {Readonly<Record<string, string | undefined>>} [env]
 */
export function electronProgram(root, env = process.env) {
  const folder = join(root, 'node_modules', 'electron')
  const name = readText(join(folder, 'path.txt'))
  const own = env.ELECTRON_OVERRIDE_DIST_PATH
  const path = own ? join(own, name || 'electron') : name ? join(folder, 'dist', name) : undefined
  return path !== undefined && existsSync(path) ? path : undefined
}

/**
 * Why the workbench does not open in a window of its own here; undefined if it does.
 *
 * @param {string} root
 * @param {Pick<Machine, 'platform' | 'env'>} machine
 */
export function whyNoElectron(root, { platform, env }) {
  if (!hasDisplay({ platform, env })) return 'there is no display here'
  if (electronProgram(root, env) === undefined) return 'the program of Electron is not here and could not be fetched'
  return undefined
}

/**
 * Fetches Electron's program where there is a display to show it on; says so when that fails, since a browser will do.
 *
 * @param {string} root
 * @param {Machine} machine
 */
export async function ensureElectron(root, machine) {
  const script = join(root, 'node_modules', 'electron', 'install.js')
  if (!hasDisplay(machine) || electronProgram(root, machine.env) !== undefined || !existsSync(script)) return
  const mark = join(root, 'node_modules', '.cache', 'bitwright', 'electron-in-vain')
  if (existsSync(mark) && Date.now() - statSync(mark).mtimeMs < RETRY_MILLISECONDS) return
  machine.say('fetching the program of Electron, which shows the workbench in a window of its own (once, over 100 MB)')
  const { code, output } = await machine.run(process.execPath, [script], { cwd: dirname(script), env: machine.env, seconds: FETCH_SECONDS })
  if (code === 0 && electronProgram(root, machine.env) !== undefined) return
  mkdirSync(dirname(mark), { recursive: true })
  writeFileSync(mark, output)
  machine.say(`it could not be fetched (${output.trim().split('\n').at(-1) || `exit code ${code}`}); the workbench opens in a browser instead, and the next attempt is tomorrow`)
}

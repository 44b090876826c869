import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ensureElectron, whyNoElectron } from './electron.mjs'
import { SetupError } from './trouble.mjs'

/** @typedef {import('./machine.mjs').Machine} Machine */

const PAGE_SOURCES = ['renderer', 'core', 'main/contract', 'package-lock.json']
const SHELL_SOURCES = ['core', 'main/shell', 'main/contract', 'main/services', 'main/engine', 'electron.vite.config.ts', 'package-lock.json']

/** Seconds; a machine that is busy takes its time. */
const BUILD_SECONDS = 600

/**
 * Builds the workbench where its sources are newer than what was built: the page, and with `desktop` also the program around it, if Electron
 * can be had and there is a display.
 *
 * @param {string} root
 * @param {Machine} machine
 * @param {{ desktop: boolean }} options
 * @throws {SetupError} when that fails
 */
export async function ensureApp(root, machine, { desktop }) {
  if (desktop) await ensureElectron(root, machine)
  if (isStale(root, PAGE_SOURCES, 'out/renderer/index.html')) {
    await build(root, machine, 'building the page of the workbench', ['node_modules/vite/bin/vite.js', 'build', 'renderer', '--logLevel', 'warn'])
  }
  if (desktop && whyNoElectron(root, machine) === undefined && isStale(root, SHELL_SOURCES, 'out/main/index.js')) {
    await build(root, machine, 'building its window', ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn'])
  }
}

/**
 * Whether anything in `sources` was changed after `built` was.
 *
 * @param {string} root
 * @param {readonly string[]} sources files and folders
 * @param {string} built
 */
export function isStale(root, sources, built) {
  const path = join(root, built)
  if (!existsSync(path)) return true
  const { mtimeMs } = statSync(path)
  return sources.some(source => isNewer(join(root, source), mtimeMs))
}

/**
 * A folder's own time tells of files that were removed.
 *
 * @param {string} path
 * @param {number} than
 * @returns {boolean}
 */
function isNewer(path, than) {
  const status = statSync(path, { throwIfNoEntry: false })
  if (!status) return false
  if (status.mtimeMs > than) return true
  return status.isDirectory() && readdirSync(path).some(name => isNewer(join(path, name), than))
}

/**
 * @param {string} root
 * @param {Machine} machine
 * @param {string} what
 * @param {string[]} args
 */
async function build(root, machine, what, [script = '', ...args]) {
  const started = Date.now()
  machine.say(what)
  const { code, output } = await machine.run(process.execPath, [join(root, script), ...args], { cwd: root, env: { ...machine.env, NODE_ENV: 'production' }, seconds: BUILD_SECONDS })
  if (code !== 0) throw new SetupError({ what: `${what} failed with exit code ${code}`, where: root, remedy: 'look at what it says above', details: output })
  machine.say(`built in ${Math.round((Date.now() - started) / 1000)} s`)
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from './machine.mjs'

/** @typedef {import('./machine.mjs').Machine} Machine */

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge-stable', 'microsoft-edge']
const APPLICATIONS = ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium', 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge']
const WINDOWS = [String.raw`Google\Chrome\Application\chrome.exe`, String.raw`Microsoft\Edge\Application\msedge.exe`]

/**
 * A browser of the Chromium family for browser tests: BITWRIGHT_BROWSER, or the first one installed.
 *
 * @param {Machine} machine
 * @returns {string | undefined} path of its program
 */
export function findBrowser(machine) {
  const { platform, env, files } = machine
  if (env.BITWRIGHT_BROWSER) return env.BITWRIGHT_BROWSER
  if (platform === 'darwin') return APPLICATIONS.map(path => join(files, '/Applications', path)).find(path => existsSync(path))
  if (platform === 'win32') return [env.ProgramFiles, env['ProgramFiles(x86)']].flatMap(folder => (folder ? WINDOWS.map(path => join(folder, path)) : [])).find(path => existsSync(path))
  return findProgram(machine, PROGRAMS)
}

/**
 * Installs Debian's Chromium where there is no browser and that is possible. Without one, browser tests skip themselves,
 * so this says why and never fails.
 *
 * @param {Machine} machine
 */
export async function ensureBrowser(machine) {
  if (findBrowser(machine)) return
  const reason = machine.isRoot && findProgram(machine, ['apt-get']) ? await installByApt(machine) : 'none is installed'
  if (reason !== undefined) machine.say(`browser tests will be skipped: ${reason}; install Chromium or Chrome, or set BITWRIGHT_BROWSER to one`)
}

/**
 * @param {Machine} machine
 * @returns {Promise<string | undefined>} why it could not be installed
 */
async function installByApt(machine) {
  const { installPackages, policyOf, update } = await import('./apt.mjs')
  machine.say('there is no browser for the browser tests; installing Chromium')
  const updateOutput = await update(machine)
  const { candidate } = await policyOf(machine, 'chromium')
  // Ubuntu's package of that name only asks the snap service for one, which containers do not have.
  if (candidate === undefined || candidate.includes('snap')) return 'apt has no Chromium of its own'
  try {
    await installPackages(machine, ['chromium'], { updateOutput })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entriesOf, parseJson, partOf, readText, textAt, textsOf } from './json.mjs'
import { SetupError } from './trouble.mjs'

/** @typedef {import('./machine.mjs').Machine} Machine */

/** Kept in node_modules: which package-lock.json its contents came from. */
const MARK = join('node_modules', '.bitwright-lock')

/** Npm's own waits make someone without a network wait for more than a minute before hearing of it. */
const RETRIES = ['--fetch-retries=3', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=5000']

/**
 * Makes node_modules what package-lock.json says. When it is already, this reads two files and no more.
 *
 * @param {string} root folder of package-lock.json
 * @param {Machine} machine
 * @throws {SetupError} when npm cannot install them
 */
export async function ensurePackages(root, machine) {
  if (readText(join(root, MARK)) === wantedMark(root)) return
  const { withLock } = await import('./lock.mjs')
  const waiting = (/** @type {string} */ owner) => machine.say(`waiting for another launch (process ${owner}) that installs the packages`)
  await withLock(join(root, 'out', 'setup.lock'), { waiting }, async () => {
    const mark = wantedMark(root)
    if (readText(join(root, MARK)) === mark) return
    if (!isInstalledByHand(root, machine.platform)) await install(root, machine)
    mkdirSync(join(root, 'node_modules'), { recursive: true })
    writeFileSync(join(root, MARK), mark)
  })
}

/**
 * Packages hold binaries of one platform, so a folder that came from another counts as stale.
 *
 * @param {string} root
 */
function wantedMark(root) {
  const lock = readFileSync(join(root, 'package-lock.json'))
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`
}

/**
 * @param {string} root
 * @param {Machine} machine
 */
async function install(root, machine) {
  const started = Date.now()
  machine.say(`installing the packages of package-lock.json with npm ci (${existsSync(join(root, 'node_modules')) ? 'they have changed' : 'once, about a minute'})`)
  rmSync(join(root, MARK), { force: true })
  const [command, ...first] = npm(machine)
  // Flags, since npm hands its own settings on to what it runs: --silent would hide why it failed, --omit=dev leave out vitest.
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--include=dev', '--loglevel=error', ...RETRIES]
  const { code, output } = await machine.run(command, [...first, 'ci', ...flags], { cwd: root, env: machine.env })
  if (code === 127) throw new SetupError({ what: 'npm was not found, which installs the packages', where: root, remedy: 'install it (it comes with Node from nodejs.org; Debian has it as a package of its own) and run the same command again' })
  if (code !== 0) throw failure(root, output)
  machine.say(`packages installed in ${Math.round((Date.now() - started) / 1000)} s`)
}

/**
 * The npm that started us, else the one beside Node, else that of PATH.
 *
 * @param {Machine} machine
 * @returns {[string, ...string[]]}
 */
function npm({ platform, env }) {
  const beside = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')
  if (env.npm_execpath && /npm-cli\.[cm]?js$/.test(env.npm_execpath)) return [process.execPath, env.npm_execpath]
  return platform === 'win32' ? [process.execPath, beside] : ['npm']
}

/**
 * @param {string} root
 * @param {string} output
 */
function failure(root, output) {
  const network = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/.exec(output)
  const remedy = network
    ? 'connect to the network, or name a registry in reach with "npm config set registry ADDRESS", and run the same command again'
    : 'see what npm says above, and run the same command again'
  return new SetupError({ what: `the packages of package-lock.json could not be installed${network ? `: no connection (${network[0]})` : ''}`, where: root, remedy, details: output })
}

/**
 * Whether npm has already installed just what the lock file says, for someone who ran `npm ci` without us: npm keeps a
 * lock file of what it put into node_modules, written last. Optional packages, which are of one platform each, may be
 * missing, but none may be of another.
 *
 * @param {string} root
 * @param {NodeJS.Platform} platform
 */
export function isInstalledByHand(root, platform) {
  const wanted = partOf(parseJson(readText(join(root, 'package-lock.json'))), 'packages')
  const found = partOf(parseJson(readText(join(root, 'node_modules', '.package-lock.json'))), 'packages')
  const complete = entriesOf(wanted).every(([name, want]) => name === '' || partOf(found, name) !== undefined || partOf(want, 'optional') === true)
  const exact = entriesOf(found).every(([name, have]) => {
    const want = partOf(wanted, name)
    return textAt(want, 'version') === textAt(have, 'version') && textAt(want, 'integrity') === textAt(have, 'integrity') && isFor(have, platform)
  })
  return found !== undefined && complete && exact
}

/**
 * @param {unknown} locked
 * @param {NodeJS.Platform} platform
 */
function isFor(locked, platform) {
  /** @type {(field: string, value: string) => boolean} */
  const allows = (field, value) => {
    const allowed = textsOf(partOf(locked, field))
    return !allowed || allowed.includes(value) || (allowed.some(name => name.startsWith('!')) && !allowed.includes(`!${value}`))
  }
  return allows('os', platform) && allows('cpu', process.arch)
}

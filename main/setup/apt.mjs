import { SetupError } from './trouble.mjs'

/**
 * @typedef {import('./machine.mjs').Machine} Machine
 *
 * @typedef {object} Available a version of a package that apt knows, and one place it has it from
 * @property {string} version
 * @property {string} [uri] absent when it is installed only
 * @property {string} [suite]
 *
 * @typedef {object} Policy
 * @property {string | undefined} installed
 * @property {string | undefined} candidate version that a plain install takes
 * @property {Available[]} available
 */

/** Messages of apt are parsed and shown in one language, and it asks nothing. */
const aptEnv = (/** @type {Machine} */ { env }) => ({ ...env, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' })

/**
 * @param {Machine} machine
 * @param {string} name
 * @returns {Promise<Policy>}
 */
export async function policyOf(machine, name) {
  const { stdout } = await machine.run('apt-cache', ['policy', name], { env: aptEnv(machine) })
  return parsePolicy(stdout)
}

/**
 * @param {string} text what `apt-cache policy NAME` prints
 * @returns {Policy}
 */
export function parsePolicy(text) {
  /** @param {string} label */
  const versionAt = label => {
    const value = new RegExp(`^ {2}${label}: (.+)$`, 'm').exec(text)?.[1]
    return value === '(none)' ? undefined : value
  }
  /** @type {Available[]} */
  const available = []
  for (const line of text.slice(Math.max(0, text.indexOf('Version table:'))).split('\n')) {
    const version = /^ (?:\*\*\*| {3}) (\S+) -?\d+/.exec(line)?.[1]
    const [, uri, suite] = /^ {4,}-?\d+ (\S+) ([^\s/]+)\/\S* .*Packages$/.exec(line) ?? []
    const last = available.at(-1)
    if (version) available.push({ version })
    else if (uri && suite && last) {
      if (last.uri === undefined) Object.assign(last, { uri, suite })
      else available.push({ version: last.version, uri, suite })
    }
  }
  return { installed: versionAt('Installed'), candidate: versionAt('Candidate'), available }
}

/**
 * Fetches the lists of what there is. A source that fails does not stop the others, so this never fails: what cannot be
 * installed afterwards says why.
 *
 * @param {Machine} machine
 * @returns {Promise<string>} what apt printed, for an error that follows
 */
export async function update(machine) {
  machine.say('apt-get update')
  const { output } = await machine.run('apt-get', ['update', '-q'], { env: aptEnv(machine) })
  return output
}

/**
 * Installs packages and what they depend on; never removes one.
 *
 * @param {Machine} machine
 * @param {string[]} names
 * @param {{ suite?: string | undefined, updateOutput: string }} options suite: where to prefer versions from
 * @throws {SetupError}
 */
export async function installPackages(machine, names, { suite, updateOutput }) {
  const args = installArguments(names, suite)
  machine.say(`apt-get ${args.join(' ')}`)
  const quiet = ['-q', '--no-remove', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300']
  const { code, output } = await machine.run('apt-get', [...args, ...quiet], { env: aptEnv(machine) })
  if (code !== 0) {
    throw new SetupError({ what: `apt-get could not install ${names.join(', ')}`, remedy: `see what it says above, and run "apt-get ${args.join(' ')}" yourself`, details: updateOutput + output })
  }
}

/**
 * @param {string[]} names
 * @param {string | undefined} suite
 */
export const installArguments = (names, suite) => ['install', '-y', ...(suite === undefined ? [] : ['-t', suite]), ...names]

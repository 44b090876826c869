import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installArguments, installPackages, policyOf, update } from './apt.mjs'
import { backportsOf, readSources, stanzaOf } from './apt-sources.mjs'
import { findProgram } from './machine.mjs'
import { SetupError } from './trouble.mjs'

/**
 * @typedef {import('./machine.mjs').Machine} Machine
 * @typedef {import('./apt.mjs').Policy} Policy
 */

/** Mesa's Vulkan drivers, the software one (lavapipe) among them; the Vulkan loader comes as a dependency. */
const PACKAGE = 'mesa-vulkan-drivers'
/** Dawn refuses lavapipe of Mesa 22.3, which is that of Debian 12. */
const LEAST_MAJOR = 23
const SOURCES_FILE = '/etc/apt/sources.list.d/bitwright-backports.sources'

/**
 * How to get a Mesa that is new enough with apt, from what apt knows and where it looks.
 *
 * @typedef {object} Plan
 * @property {string} [suite] prefer versions of this suite
 * @property {string} [source] text of a sources file to add first
 */

/**
 * Installs a software adapter by apt, as root.
 *
 * @param {Machine} machine
 * @returns {Promise<boolean>} false when there is no apt, or a Mesa that is new enough is installed already
 * @throws {SetupError} when it is not to be had; the system is then as before
 */
export async function installDriver(machine) {
  if (!findProgram(machine, ['apt-get'])) return false
  let policy = await policyOf(machine, PACKAGE)
  if (isNewEnough(policy.installed)) return false
  machine.say(`there is no WebGPU adapter; installing a software one (${PACKAGE})`)
  let updateOutput = ''
  if (policy.available.length === 0) {
    updateOutput = await update(machine)
    policy = await policyOf(machine, PACKAGE)
  }
  const plan = planOf(machine, policy)
  if (!plan) throw notToBeHad(policy, updateOutput)
  if (plan.source === undefined) {
    updateOutput ||= await update(machine)
    await installPackages(machine, [PACKAGE], { suite: plan.suite, updateOutput })
    return true
  }

  const path = join(machine.files, SOURCES_FILE)
  machine.say(`adding ${plan.suite} to apt's sources (${SOURCES_FILE}): ${PACKAGE} ${policy.candidate ?? ''} is too old for WebGPU`)
  writeFileSync(path, plan.source)
  try {
    updateOutput = await update(machine)
    const offered = await policyOf(machine, PACKAGE)
    if (!offered.available.some(({ version, suite }) => suite === plan.suite && isNewEnough(version))) throw notToBeHad(offered, updateOutput)
    await installPackages(machine, [PACKAGE], { suite: plan.suite, updateOutput })
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
  return true
}

/**
 * What a person can do to get an adapter on this system, as a command where there is one.
 *
 * @param {Machine} machine
 * @returns {Promise<string | undefined>} undefined when a driver that is new enough is installed
 */
export async function driverRemedy(machine) {
  if (machine.platform !== 'linux') return 'update the graphics driver of this system, which brings one'
  if (findProgram(machine, ['apt-get'])) {
    const policy = await policyOf(machine, PACKAGE)
    if (isNewEnough(policy.installed)) return undefined
    // Without lists apt knows of no version; fetching them is part of the command.
    const plan = policy.available.length === 0 ? {} : planOf(machine, policy)
    if (!plan) return `install ${PACKAGE} of Mesa ${LEAST_MAJOR} or newer, which needs a newer release of this system`
    const sudo = machine.isRoot ? '' : 'sudo '
    const lines = plan.source?.trimEnd().split('\n').map(line => `'${line.replaceAll("'", String.raw`'\''`)}'`)
    const add = lines ? `printf '%s\\n' ${lines.join(' ')} | ${sudo}tee ${SOURCES_FILE} && ` : ''
    return `run: ${add}${sudo}apt-get update && ${sudo}apt-get ${installArguments([PACKAGE], plan.suite).join(' ')}`
  }
  if (findProgram(machine, ['dnf'])) return `run: sudo dnf install ${PACKAGE} vulkan-loader`
  if (findProgram(machine, ['pacman'])) return 'run: sudo pacman -S vulkan-swrast vulkan-icd-loader'
  return `install the Vulkan loader and Mesa's Vulkan drivers (${LEAST_MAJOR} or newer), which bring a software adapter`
}

/**
 * @param {Machine} machine
 * @param {Policy} policy
 * @returns {Plan | undefined} undefined when neither the configured sources nor backports can have it
 */
function planOf(machine, { candidate, available }) {
  if (isNewEnough(candidate)) return {}
  const newer = available.find(({ version, suite }) => suite !== undefined && isNewEnough(version))
  if (newer?.suite !== undefined) return { suite: newer.suite }
  const stable = available.find(({ uri }) => uri !== undefined)
  const release = stable?.suite?.replace(/-(updates|security)$/, '')
  if (release === undefined || release.endsWith('-backports')) return undefined
  const backports = backportsOf(readSources(machine.files), release, stable?.uri)
  return backports && { suite: `${release}-backports`, source: `# Added by Bitwright for a Mesa that WebGPU works with; delete this file to undo it.\n${stanzaOf(backports)}` }
}

/** @param {string | undefined} version a Debian version, as `1:23.2.1-1ubuntu3` */
const isNewEnough = version => Number(/^(?:\d+:)?(\d+)/.exec(version ?? '')?.[1] ?? 0) >= LEAST_MAJOR

/**
 * @param {Policy} policy
 * @param {string} details
 */
function notToBeHad({ available }, details) {
  const found = [...new Set(available.map(({ version }) => version))].join(', ') || 'none'
  return new SetupError({ what: `no WebGPU adapter was found, and apt offers no ${PACKAGE} of Mesa ${LEAST_MAJOR} or newer (it offers ${found})`, remedy: 'check the network and apt\'s sources, or use a newer release of this system', details })
}

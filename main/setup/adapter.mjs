import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseJson, partOf, readText, textAt } from './json.mjs'
import { SetupError } from './trouble.mjs'
import { driverFingerprint, runtimeFolder, swiftShaderDrivers } from './vulkan.mjs'

/**
 * @typedef {import('./machine.mjs').Machine} Machine
 *
 * @typedef {{ adapter: string, driver: string } | { adapter: null, reason: string }} Probed what probe.mjs prints
 *
 * @typedef {object} Adapter
 * @property {string} name
 * @property {string} driver
 * @property {string} [driverFile] what VK_DRIVER_FILES must be for the process that computes to get this adapter
 */

const PROBE = fileURLToPath(new URL('probe.mjs', import.meta.url))
/** A cold software driver takes under a second; one that hangs must not hang us. */
const PROBE_SECONDS = 60

/**
 * An adapter that opens: the system's own, hardware first; else, on Linux, the SwiftShader of an installed browser.
 * What was found is remembered as long as packages, drivers and devices stay the same.
 *
 * @param {string} root folder of node_modules
 * @param {Machine} machine
 * @param {{ install?: boolean }} options install: get a driver from the system's packages where there is none and that is possible
 * @returns {Promise<Adapter>}
 * @throws {SetupError} when there is none; names what to install
 */
export async function findAdapter(root, machine, { install = false } = {}) {
  const remembered = recall(root, machine)
  if (remembered) return remembered
  const own = await probe(machine)
  if (own.adapter !== null) return remember(root, machine, { name: own.adapter, driver: own.driver })
  if (machine.platform !== 'linux') throw noAdapter(own.reason, 'update the graphics driver of this system, which brings one')
  const chosen = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'].find(name => machine.env[name])
  if (chosen) throw noAdapter(`${own.reason} of ${chosen}=${machine.env[chosen]}`, `unset ${chosen}, or name a driver file that works`)

  const { driverRemedy, installDriver } = await import('./mesa.mjs')
  /** @type {SetupError | undefined} */
  let refusal
  if (install && machine.isRoot) {
    try {
      if (await installDriver(machine)) {
        const installed = await probe(machine)
        if (installed.adapter !== null) return remember(root, machine, { name: installed.adapter, driver: installed.driver })
      }
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      refusal = error
    }
  }
  for (const driverFile of swiftShaderDrivers(root, machine)) {
    const soft = await probe(machine, driverFile)
    if (soft.adapter === null) continue
    const remedy = await driverRemedy(machine)
    machine.say(`computing with SwiftShader of an installed browser (${driverFile}), which is slow${remedy ? `; for a faster driver ${remedy}` : ''}`)
    return remember(root, machine, { name: soft.adapter, driver: soft.driver, driverFile })
  }
  throw refusal ?? noAdapter(own.reason, await driverRemedy(machine))
}

/**
 * The environment of a process that may compute.
 *
 * @param {Machine} machine
 * @param {string} [driverFile] of the adapter, when it has one
 * @returns {NodeJS.ProcessEnv}
 */
export function computingEnv(machine, driverFile) {
  const folder = runtimeFolder(machine)
  return { ...machine.env, ...(folder === undefined ? {} : { XDG_RUNTIME_DIR: folder }), ...(driverFile === undefined ? {} : { VK_DRIVER_FILES: driverFile }) }
}

/**
 * @param {string} reason
 * @param {string | undefined} remedy
 */
const noAdapter = (reason, remedy) => new SetupError({ what: `no WebGPU adapter was found: ${reason}`, ...(remedy === undefined ? {} : { remedy }) })

/**
 * @param {Machine} machine
 * @param {string} [driverFile]
 * @returns {Promise<Probed>}
 */
async function probe(machine, driverFile) {
  const { code, stdout, output } = await machine.run(process.execPath, [PROBE], { env: computingEnv(machine, driverFile), seconds: PROBE_SECONDS })
  const printed = parseJson(stdout.trimEnd().split('\n').at(-1))
  const adapter = textAt(printed, 'adapter')
  if (adapter !== undefined) return { adapter, driver: textAt(printed, 'driver') ?? '' }
  const last = output.trimEnd().split('\n').at(-1)
  return { adapter: null, reason: textAt(printed, 'reason') ?? `the process that tried it ended with code ${code}${last ? ` (${last})` : ''}` }
}

/** @param {string} root */
const memory = root => join(root, 'node_modules', '.cache', 'bitwright', 'adapter.json')

/**
 * @param {string} root
 * @param {Machine} machine
 */
function keyOf(root, machine) {
  const packageVersion = textAt(parseJson(readText(join(root, 'node_modules', 'webgpu', 'package.json'))), 'version')
  const facts = [packageVersion, process.version, process.arch, machine.platform, ...driverFingerprint(machine)]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

/**
 * @param {string} root
 * @param {Machine} machine
 * @returns {Adapter | undefined}
 */
function recall(root, machine) {
  const memo = parseJson(readText(memory(root)))
  if (textAt(memo, 'key') !== keyOf(root, machine)) return undefined
  const adapter = partOf(memo, 'adapter')
  const [name, driver, driverFile] = ['name', 'driver', 'driverFile'].map(field => textAt(adapter, field))
  if (name === undefined || driver === undefined) return undefined
  return { name, driver, ...(driverFile === undefined ? {} : { driverFile }) }
}

/**
 * Only what works is remembered: what fails may work the next time, for reasons that no file shows.
 *
 * @param {string} root
 * @param {Machine} machine
 * @param {Adapter} adapter
 */
function remember(root, machine, adapter) {
  const path = memory(root)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ key: keyOf(root, machine), adapter }))
  renameSync(`${path}.${process.pid}`, path)
  return adapter
}

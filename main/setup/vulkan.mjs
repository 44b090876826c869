import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { readText } from './json.mjs'

/** @typedef {import('./machine.mjs').Machine} Machine */

/** Variables that change which drivers the Vulkan loader tries. */
const LOADER_VARIABLES = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES', 'VK_LOADER_DRIVERS_SELECT', 'VK_LOADER_DRIVERS_DISABLE', 'LD_LIBRARY_PATH']

/**
 * All that decides which Vulkan drivers answer: loader, driver files, devices, variables. Two equal lists mean the same
 * adapters. Empty outside Linux, where the system brings its drivers.
 *
 * @param {Machine} machine
 * @returns {string[]}
 */
export function driverFingerprint(machine) {
  if (machine.platform !== 'linux') return []
  const { env, files } = machine
  const variables = LOADER_VARIABLES.map(name => `${name}=${env[name] ?? ''}`)
  const named = [env.VK_DRIVER_FILES, env.VK_ICD_FILENAMES, env.VK_ADD_DRIVER_FILES].flatMap(list => (list ?? '').split(delimiter)).filter(Boolean)
  const found = [
    ...named.map(path => describe(files, path)),
    ...driverFolders(machine).flatMap(folder => list(files, folder).map(name => describe(files, join(folder, name)))),
    ...libraryFolders(files).map(folder => describe(files, join(folder, 'libvulkan.so.1'))),
    ...swiftShaderFolders.map(folder => describe(files, join(folder, SWIFTSHADER))),
  ]
  const devices = [...list(files, '/dev/dri'), ...list(files, '/dev').filter(name => /^(nvidia\d+|dxg|mali\d*|kgsl.*)$/.test(name))]
  const nvidia = readText(join(files, '/proc/driver/nvidia/version')) ?? ''
  return [...variables, ...found.filter(line => line !== undefined), ...devices, nvidia]
}

/**
 * Where the loader looks for driver files: vulkan-loader, docs/LoaderDriverInterface.md, "Driver Discovery on Linux".
 *
 * @param {Machine} machine
 */
function driverFolders({ env, home }) {
  /** @type {(variable: string | undefined, fallback: string) => string[]} */
  const folders = (variable, fallback) => (variable || fallback).split(delimiter).filter(Boolean)
  return [
    ...folders(env.XDG_CONFIG_HOME, join(home, '.config')),
    ...folders(env.XDG_CONFIG_DIRS, '/etc/xdg'),
    '/etc',
    ...folders(env.XDG_DATA_HOME, join(home, '.local', 'share')),
    ...folders(env.XDG_DATA_DIRS, `/usr/local/share${delimiter}/usr/share`),
  ].map(folder => join(folder, 'vulkan', 'icd.d'))
}

/** @param {string} files */
const libraryFolders = files => ['/usr/lib', '/usr/lib64', '/usr/local/lib', ...list(files, '/usr/lib').filter(name => name.includes('-linux-')).map(name => join('/usr/lib', name))]

const SWIFTSHADER = 'vk_swiftshader_icd.json'
const swiftShaderFolders = ['/usr/lib/chromium', '/usr/lib64/chromium-browser', '/usr/lib/chromium-browser', '/opt/google/chrome', '/opt/microsoft/msedge', '/opt/brave.com/brave']

/**
 * Driver files of the software Vulkan that browsers and Electron carry.
 *
 * @param {string} root folder of node_modules
 * @param {Machine} machine
 */
export function swiftShaderDrivers(root, { files }) {
  return [...swiftShaderFolders.map(folder => join(files, folder)), join(root, 'node_modules', 'electron', 'dist')].map(folder => join(folder, SWIFTSHADER)).filter(file => existsSync(file))
}

/**
 * Drivers complain when XDG_RUNTIME_DIR is not set, as in containers. The folder must belong to its user alone, else
 * another user could place files there.
 *
 * @param {Machine} machine
 * @returns {string | undefined} a folder to set it to, or undefined when it is set or no such thing here
 */
export function runtimeFolder({ platform, env }) {
  if (platform !== 'linux' || env.XDG_RUNTIME_DIR) return undefined
  const user = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `bitwright-runtime-${user}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const found = lstatSync(folder)
    if (found.isDirectory() && found.uid === user) {
      chmodSync(folder, 0o700)
      return folder
    }
  } catch {
    // Not ours: a new one each time, then.
  }
  return mkdtempSync(`${folder}-`)
}

/**
 * @param {string} files
 * @param {string} path
 */
function describe(files, path) {
  try {
    const { size, mtimeMs, ino } = statSync(join(files, path))
    return `${path} ${size} ${mtimeMs} ${ino}`
  } catch {
    return undefined
  }
}

/**
 * @param {string} files
 * @param {string} folder
 */
function list(files, folder) {
  try {
    return readdirSync(join(files, folder)).sort()
  } catch {
    return []
  }
}

import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The plain Node that a package brings along for the engine: the one that runs this where the package is for this very kind of machine, else the
 * one that BITWRIGHT_PACK_NODE names.
 *
 * @param {{ platform: string, arch: string }} target
 * @param {{ platform: string, arch: string, execPath: string, env: Readonly<Record<string, string | undefined>> }} [host]
 */
export function nodeFor({ platform, arch }, host = process) {
  const given = host.env.BITWRIGHT_PACK_NODE
  if (given) {
    if (!existsSync(given)) throw new Error(`expected the node of ${platform}-${arch}, found nothing; at BITWRIGHT_PACK_NODE=${given}; name the program of that system`)
    return given
  }
  if (platform === host.platform && arch === host.arch) return host.execPath
  throw new Error(`a package for ${platform}-${arch} needs the node program of that system, this is ${host.platform}-${host.arch}; fetch it from nodejs.org and name it with BITWRIGHT_PACK_NODE`)
}

/**
 * Puts it where the package is made from.
 *
 * @param {string} root
 * @param {{ platform: string, arch: string }} target
 */
export function packNode(root, target) {
  const folder = join(root, 'out', 'node')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  copyFileSync(nodeFor(target), join(folder, target.platform === 'win32' ? 'node.exe' : 'node'))
}

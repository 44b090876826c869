import { lstat, realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { BitwrightError } from '../../core/errors.ts'
import { codeOf, diskTrouble } from './files.ts'

/** Names that Windows gives to devices whatever their extension; refused everywhere, so that a home can be copied anywhere. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i

const NOT_ALLOWED = '\\:*?"<>|\u007f'

/**
 * Path of `name`, which comes from outside, under the folder `root`, which exists. `name` may hold "/" between its parts.
 * Throws for anything that would leave `root`: absolute names, "..", drive letters, backslashes, and symbolic links that
 * lead out (of any part that exists by now). Parts that no system or some system cannot hold are refused as well.
 */
export async function resolveInside(root: string, name: string): Promise<string> {
  const parts = name.split('/')
  for (const part of parts) {
    const fault = faultOf(part)
    if (fault !== undefined) throw new BitwrightError({ what: `expected a plain name inside a folder, found ${JSON.stringify(name)}: ${fault}`, remedy: 'use a name of letters, digits, ".", "_" or "-"' })
  }
  const realRoot = await realpath(root).catch((error: unknown) => {
    throw diskTrouble(error, root)
  })
  const path = join(realRoot, ...parts)
  const real = await realOfExisting(path)
  if (real !== realRoot && !real?.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) {
    throw new BitwrightError({ what: `expected a name that stays inside the folder, ${JSON.stringify(name)} is a link that leads ${real === undefined ? 'nowhere' : 'out of it'}`, where: path, remedy: 'replace the link by the file or folder itself' })
  }
  return path
}

function faultOf(part: string): string | undefined {
  if (part === '') return 'it has an empty part'
  if (part === '.' || part === '..') return `it has a part "${part}"`
  if (Array.from(part).some(character => character < ' ' || NOT_ALLOWED.includes(character))) return 'it has a character that is not allowed'
  if (/[. ]$/.test(part)) return 'it has a part that ends in a dot or blank'
  if (DEVICE.test(part)) return 'it is the name of a device'
  if (Buffer.byteLength(part) > 255) return 'it has a part of over 255 bytes'
  return undefined
}

/** Real path of the deepest part of `path` that exists; undefined if that is a link to nothing, since what is written there would land wherever it points. */
async function realOfExisting(path: string): Promise<string | undefined> {
  for (let candidate = path; ; candidate = dirname(candidate)) {
    try {
      const isLink = (await lstat(candidate)).isSymbolicLink()
      try {
        return await realpath(candidate)
      } catch (error) {
        if (isLink) return undefined
        throw error
      }
    } catch (error) {
      // ENOENT from realpath of what was no link: it was removed in between, so the part above it is the deepest.
      const code = codeOf(error)
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || dirname(candidate) === candidate) throw diskTrouble(error, path)
    }
  }
}

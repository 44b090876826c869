import { readFile, realpath, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { BitwrightError } from '../../core/errors.ts'
import { codeOf } from './files.ts'
import { resolveInside } from './paths.ts'

/** What the page is made of; files of other kinds are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
}

export interface PageFile {
  readonly type: string
  readonly content: Uint8Array<ArrayBuffer>
  /** Its name holds a hash of its content, so that it may be kept for ever. */
  readonly lasting: boolean
}

/**
 * The file of the page, which was built into `root`, that a URL's path names; undefined if there is none. Throws for a path that is more than
 * names with "/" between them, once percent-encoding is undone: whoever asks for such a one does not mean a file of the page.
 */
export async function pageFile(root: string, urlPath: string): Promise<PageFile | undefined> {
  let name: string
  try {
    name = decodeURIComponent(urlPath.slice(1)) || 'index.html'
  } catch {
    throw new BitwrightError({ what: `expected the path of a file of the page, found ${JSON.stringify(urlPath)}` })
  }
  const path = await resolveInside(await rootOf(root), name)
  const type = TYPES[extname(name)]
  if (type === undefined) return undefined
  try {
    if (!(await stat(path)).isFile()) return undefined
    return { type, content: new Uint8Array(await readFile(path)), lasting: /^assets\/.+-[\w-]{8,}\.\w+$/.test(name) }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

async function rootOf(root: string): Promise<string> {
  return realpath(root).catch((cause: unknown) => {
    throw new BitwrightError({ what: 'the workbench has not been built', where: root, remedy: 'start it with "npm start", which builds it', cause })
  })
}

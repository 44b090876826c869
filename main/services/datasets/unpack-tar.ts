import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { bytesText } from '../../../core/architecture/wording.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { atMost, exactly, Feed, skip, type PullParser } from '../../../core/formats/pull.ts'
import { parseTarHeader, TAR_BLOCK } from '../../../core/formats/tar.ts'
import { diskTrouble, ensureSpace, regularFileSize } from '../files.ts'
import { DEFLATE_LIMIT, streamUnpacked } from './unpacked.ts'

/**
 * Unpacks the files of a tar archive, gzipped or not, whose bare names `wanted` knows, into `folder` (which exists and is empty), under
 * those bare names. `wanted` gives the most bytes that a file of this name may have, undefined for a name to pass over. Nothing is ever
 * written under a path that the archive says: paths that try to lead elsewhere are refused, as are links.
 */
export async function unpackTar(archive: string, folder: string, wanted: (name: string) => number | undefined, signal?: AbortSignal): Promise<readonly string[]> {
  const files: string[] = []
  const out = new OpenFile()
  const most = (await regularFileSize(archive)) * DEFLATE_LIMIT
  const refuse = (what: string): BitwrightError => new BitwrightError({ what, where: archive, remedy: 'download or copy the archive again' })

  function* entries(): PullParser<void> {
    for (let total = 0; ;) {
      const header = parseTarHeader(yield* exactly(TAR_BLOCK), archive)
      if (header === undefined) return
      const { name, size, kind } = header
      total += size + TAR_BLOCK
      if (total > most) throw refuse(`expected files that fit into the archive, found one of ${size} bytes: ${JSON.stringify(name)}`)
      const parts = name.split('/').filter(part => part !== '' && part !== '.')
      if (/^[/\\]|^[a-z]:/i.test(name) || parts.includes('..') || name.includes('\\')) throw refuse(`expected names within the archive's own folder, found ${JSON.stringify(name)}`)
      if (kind === 'link') throw refuse(`expected files and folders, found a link: ${JSON.stringify(name)}`)
      const bare = parts.at(-1) ?? ''
      const limit = kind === 'file' ? wanted(bare) : undefined
      const padding = (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK
      if (limit === undefined) {
        yield* skip(size + padding)
        continue
      }
      if (size > limit) throw refuse(`expected at most ${bytesText(limit)} in ${bare}, found ${bytesText(size)}`)
      if (files.includes(bare)) throw refuse(`expected one file ${bare}, found two`)
      files.push(bare)
      out.open(join(folder, bare))
      for (let left = size; left > 0;) {
        const piece = yield* atMost(left)
        out.write(piece)
        left -= piece.length
      }
      out.close()
      yield* skip(padding)
    }
  }

  let ended = false
  const feed = new Feed(entries(), found => refuse(`expected a whole tar archive, it ends after ${found} bytes`))
  try {
    await ensureSpace(folder, await regularFileSize(archive))
    await streamUnpacked(archive, chunk => {
      // After the end comes filling, in whole records of any size.
      if (ended) return
      for (let at = 0; at < chunk.length && !feed.done; at += TAR_BLOCK) feed.push(chunk.subarray(at, at + TAR_BLOCK))
      ended = feed.done
    }, signal)
    feed.finish()
  } finally {
    out.close()
  }
  return files
}

/** The file that is being written; synchronous, as the parser that writes it is. */
class OpenFile {
  #handle: number | undefined
  #path = ''

  open(path: string): void {
    this.#path = path
    this.#handle = openSync(path, 'wx')
  }

  write(piece: Uint8Array): void {
    if (this.#handle === undefined) return
    try {
      for (let at = 0; at < piece.length;) at += writeSync(this.#handle, piece, at)
    } catch (error) {
      throw diskTrouble(error, this.#path)
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle)
    this.#handle = undefined
  }
}

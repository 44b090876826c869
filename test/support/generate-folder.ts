import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jpegFile, pngFile } from './pictures.ts'

/** Writes `count` small pictures of `classes` classes under train, and a tenth as many under test: half PNG, half JPEG; a class has a shade of its own. */
export async function generateFolder(root: string, { count = 1000, classes = 10, side = 32 } = {}): Promise<void> {
  // Pictures of one shade are equal: writing a hundred thousand files takes long enough.
  const encoded = new Map<string, Buffer>()
  const encode = (kind: 'png' | 'jpg', shade: number): Buffer => {
    const bytes = encoded.get(`${shade}.${kind}`) ?? (kind === 'png' ? pngFile : jpegFile)(side, side, shade)
    encoded.set(`${shade}.${kind}`, bytes)
    return bytes
  }
  for (const [part, pictures] of [['train', count], ['test', Math.ceil(count / 10)]] as const) {
    for (let label = 0; label < classes; label++) await mkdir(join(root, part, `class${label}`), { recursive: true })
    for (let at = 0; at < pictures; at += 64) {
      await Promise.all(Array.from({ length: Math.min(64, pictures - at) }, (_, k) => {
        const image = at + k
        const label = image % classes
        const shade = Math.floor((label * 200) / classes) + ((image * 7) % 40)
        const kind = image % 2 === 0 ? 'png' : 'jpg'
        return writeFile(join(root, part, `class${label}`, `${image}.${kind}`), encode(kind, shade))
      }))
    }
  }
}

// npx tsx test/support/generate-folder.ts FOLDER COUNT
if (process.argv[1] === fileURLToPath(import.meta.url)) await generateFolder(process.argv[2] ?? 'generated', { count: Number(process.argv[3] ?? 1000) })

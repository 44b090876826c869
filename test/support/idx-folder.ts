import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { encodeIdxImages, encodeIdxLabels } from '../../core/formats/idx.ts'

export interface SmallSet {
  readonly images: Uint8Array
  readonly labels: Uint8Array
}

/** `count` images of height x width in IDX with labels 0, 1, ..., classes - 1, 0, ...; byte k of all pixels is (k * 7 + shift) mod 256. */
export function smallSet(count: number, { height = 3, width = 2, classes = 3, shift = 0 } = {}): SmallSet {
  const pixels = Uint8Array.from({ length: count * height * width }, (_, k) => (k * 7 + shift) % 256)
  return { images: encodeIdxImages({ count, height, width, pixels }), labels: encodeIdxLabels(Uint8Array.from({ length: count }, (_, i) => i % classes)) }
}

/** Writes named files into a new folder under `parent`; names that end in .gz are gzipped. */
export async function writeFiles(parent: string, name: string, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const folder = join(parent, name)
  await mkdir(folder)
  for (const [file, bytes] of Object.entries(files)) await writeFile(join(folder, file), file.endsWith('.gz') ? gzipSync(bytes) : bytes)
  return folder
}

/** A folder named as MNIST is: 8 training and 4 test images, the training files gzipped. */
export function mnistLike(parent: string, name = 'idx', shift = 0): Promise<string> {
  const [train, test] = [smallSet(8, { shift }), smallSet(4, { shift: shift + 1 })]
  return writeFiles(parent, name, {
    'train-images-idx3-ubyte.gz': train.images,
    'train-labels-idx1-ubyte.gz': train.labels,
    't10k-images-idx3-ubyte': test.images,
    't10k-labels-idx1-ubyte': test.labels,
  })
}

import { encodeCifar } from '../../core/formats/cifar.ts'
import { writeFiles } from './idx-folder.ts'

/** The published meta file, its empty last line included. */
export const META = new TextEncoder().encode('airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n')

/** `count` images of which byte k of all pixels (by row, column, channel) is (k * 7 + shift) mod 256, and labels shift, shift + 1, ... mod 10. */
export function cifarImagesOf(count: number, shift = 0): { images: Uint8Array; labels: Uint16Array } {
  return { images: Uint8Array.from({ length: count * 3072 }, (_, k) => (k * 7 + shift) % 256), labels: Uint16Array.from({ length: count }, (_, i) => (i + shift) % 10) }
}

export function cifarBatch(count: number, shift = 0): Uint8Array {
  const { images, labels } = cifarImagesOf(count, shift)
  return encodeCifar(images, labels)
}

/** Three training batches of 3, 2 and 2 images (shifts 1, 2 and 10), the second gzipped, and 2 test images (shift 20). */
export function cifarLike(parent: string, name = 'cifar-10-batches-bin'): Promise<string> {
  return writeFiles(parent, name, {
    'data_batch_10.bin': cifarBatch(2, 10),
    'data_batch_1.bin': cifarBatch(3, 1),
    'data_batch_2.bin.gz': cifarBatch(2, 2),
    'test_batch.bin': cifarBatch(2, 20),
    'batches.meta.txt': META,
  })
}

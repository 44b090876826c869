import { totalmem } from 'node:os'
import { bytesText } from '../../../core/architecture/wording.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { MAX_IMAGES_BYTES } from './manifest.ts'

/** Zeroed memory for images. Throws for more than a data set may have, and for more than the machine can give. */
export function takeBytes(bytes: number, where: string, obtainable = obtainableBytes()): Uint8Array<ArrayBuffer> {
  if (bytes > MAX_IMAGES_BYTES) throw new BitwrightError({ what: `expected at most ${MAX_IMAGES_BYTES} bytes of images, found ${bytes}`, where, remedy: 'split the data set' })
  const trouble = (what: string, cause?: unknown): BitwrightError => new BitwrightError({ what, where, remedy: 'close other programs, or import a part of the data set', cause })
  if (bytes > obtainable) throw trouble(`expected ${bytesText(bytes)} of memory for the images, this machine has ${bytesText(obtainable)} for it`)
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    throw trouble(`expected ${bytes} bytes of memory, the system does not give them`, cause)
  }
}

/**
 * Linux promises memory that it does not have and ends the process that uses it, so there it is asked what is available (within the
 * limits of a container). Elsewhere what is free says little, since caches make room and pages move to disk.
 */
function obtainableBytes(): number {
  return process.platform === 'linux' ? process.availableMemory() : totalmem()
}

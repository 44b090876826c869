import { totalmem } from 'node:os'
import { bytesText } from '../../../core/architecture/wording.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { MAX_IMAGES_BYTES } from './manifest.ts'

/** Zeroed memory for images. Throws as admitBytes does, and if the system does not give it. */
export function takeBytes(bytes: number, where: string): Uint8Array<ArrayBuffer> {
  admitBytes(bytes, where)
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    throw new BitwrightError({ what: `expected ${bytes} bytes of memory, the system does not give them`, where, remedy: REMEDY, cause })
  }
}

/** Throws for more images than a split may have, and for more than the machine can hold. */
export function admitBytes(bytes: number, where: string, obtainable = obtainableBytes()): void {
  if (bytes > MAX_IMAGES_BYTES) throw new BitwrightError({ what: `expected at most ${MAX_IMAGES_BYTES} bytes of images, found ${bytes}`, where, remedy: 'split the data set' })
  if (bytes > obtainable) throw new BitwrightError({ what: `expected ${bytesText(bytes)} of memory for the images, this machine has ${bytesText(obtainable)} for it`, where, remedy: REMEDY })
}

const REMEDY = 'close other programs, or import a part of the data set'

/**
 * Linux promises memory that it does not have and ends the process that uses it, so there it is asked what is available (within the
 * limits of a container). Elsewhere what is free says little, since caches make room and pages move to disk.
 */
function obtainableBytes(): number {
  return process.platform === 'linux' ? process.availableMemory() : totalmem()
}

import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Signs } from '../../../core/analysis/signs.ts'
import { inferProject, totalsOf } from '../../../core/architecture/index.ts'
import { parseAs, type Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { encodeHeader, parseHeader, patchChecksum, withoutChecksum } from '../../../core/formats/safetensors.ts'
import { parseSafetensors } from '../../../core/formats/safetensors-arrays.ts'
import type { NetworkBits } from '../../../core/training/layerWatch.ts'
import { codeOf, diskTrouble, namesIn, readBounded, writeAtomic } from '../files.ts'
import { RUN_FILES } from './record.ts'

/**
 * The signs of a run's binary weights through its epochs: <run>/bits/epoch-N.safetensors, N finished epochs, 0 before the first step. A
 * tensor `<node id>.weight` a layer, U32 [ceil(weights / 32)] as core/analysis/signs.ts lays them out: a 32nd of the weights. Metadata:
 * version, format, epoch, and a SHA-256 as checkpoints have it; no time, no path: the same training gives the same bytes.
 *
 * Epochs whose number is a multiple of a stride are kept, and the last: the stride doubles when there would be more than KEPT. Which
 * files there are depends on the last epoch alone, not on pauses. Runs made before there were such files have none; the signs of their
 * epochs are those of the weights in their checkpoints. So are those within an epoch, of which only `last.safetensors` is kept.
 */
const KEPT = 40
const NAME = /^epoch-(0|[1-9]\d{0,6})\.safetensors$/
const SUFFIX = '.weight'
const VERSION = '1'
const LIMIT = 2 ** 31
const REMEDY = 'remove the file: training and inspection do without'

const MetadataSchema = z.object({
  version: z.literal(VERSION, `expected version ${VERSION} of the format of bits`),
  format: z.literal('bitwright-bits', 'expected bits of Bitwright'),
  epoch: z.string().regex(/^\d{1,7}$/).transform(Number),
})

/** Bytes of an epoch's bits, but for some hundreds that its header takes. */
export function bitsBytes(project: Project): number {
  return Math.ceil(totalsOf(inferProject(project)).binaryParameters / 8)
}

/** Files of bits that a run of so many epochs has at once at most: those that are kept, and the one by which they are too many. */
export function mostBits(epochs: number): number {
  return Math.min(epochs, KEPT) + 1
}

export function bitsFolder(directory: string): string {
  return join(directory, RUN_FILES.bits)
}

/** Keeps the signs at the end of an epoch; 0 is before the first. Nothing for a network without binary weights. */
export async function writeBits(directory: string, epoch: number, bits: NetworkBits): Promise<void> {
  if (bits.size === 0) return
  const folder = bitsFolder(directory)
  const specs = [...bits].map(([node, signs]) => ({ name: `${node}${SUFFIX}`, dtype: 'U32' as const, shape: [signs.length] }))
  const header = encodeHeader(specs, { version: VERSION, format: 'bitwright-bits', epoch: String(epoch) }, { checksum: true })
  const bytes = new Uint8Array(header.totalBytes)
  bytes.set(header.bytes)
  for (const { name, begin } of header.tensors) {
    const { buffer, byteOffset, byteLength } = bits.get(name.slice(0, -SUFFIX.length)) as Signs
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), header.dataStart + begin)
  }
  patchChecksum(bytes, header.checksumOffset as number, createHash('sha256').update(bytes).digest('hex'))
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw diskTrouble(error, folder)
  })
  await writeAtomic(bitsPath(directory, epoch), bytes)
}

/** Signs at the end of an epoch, by node id; undefined where they were not kept. Throws for a damaged file. */
export async function readBits(directory: string, epoch: number): Promise<NetworkBits | undefined> {
  const path = bitsPath(directory, epoch)
  const bytes = await readBounded(path, LIMIT).catch((error: unknown) => {
    if (error instanceof BitwrightError && codeOf(error.cause) === 'ENOENT') return undefined
    throw error
  })
  if (!bytes) return undefined
  const { metadata, checksum } = parseHeader(bytes, { where: path })
  const notes = parseAs(MetadataSchema, { ...metadata }, `${path}, metadata`)
  if (!checksum || createHash('sha256').update(withoutChecksum(bytes, checksum.offset)).digest('hex') !== checksum.hex) throw new BitwrightError({ what: 'the file is damaged: its SHA-256 is another', where: path, remedy: REMEDY })
  if (notes.epoch !== epoch) throw new BitwrightError({ what: `expected the bits of epoch ${epoch}, found those of epoch ${notes.epoch}`, where: path, remedy: REMEDY })
  return new Map([...parseSafetensors(bytes, path)].map(([name, { values, shape }]): [string, Signs] => {
    if (!(values instanceof Uint32Array) || shape.length !== 1 || !name.endsWith(SUFFIX)) throw new BitwrightError({ what: `expected U32 [words] of a weight, found ${name} [${shape.join(', ')}]`, where: path, remedy: REMEDY })
    return [name.slice(0, -SUFFIX.length), Uint32Array.from(values)]
  }))
}

/** Epochs whose bits are kept, from the first. */
export async function bitsEpochs(directory: string): Promise<number[]> {
  return (await namesIn(bitsFolder(directory))).flatMap(name => NAME.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b)
}

/** Removes what need not be kept of a run that has finished `epoch` epochs, and what a run that had to go back left of later ones. */
export async function pruneBits(directory: string, epoch: number): Promise<void> {
  for (const kept of await bitsEpochs(directory)) if (!isKept(kept, epoch)) await rm(bitsPath(directory, kept), { force: true })
}

/** Whether the bits of an epoch stay once `last` epochs are finished. */
export function isKept(epoch: number, last: number): boolean {
  let stride = 1
  // Multiples of the stride from 0 on, and the last.
  while (Math.floor(last / stride) + 2 > KEPT) stride *= 2
  return epoch === last || (epoch < last && epoch % stride === 0)
}

export function bitsPath(directory: string, epoch: number): string {
  return join(bitsFolder(directory), `epoch-${epoch}.safetensors`)
}

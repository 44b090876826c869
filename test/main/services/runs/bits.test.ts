import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { signsOf, type Signs } from '../../../../core/analysis/signs.ts'
import { bitsEpochs, isKept, pruneBits, readBits, writeBits } from '../../../../main/services/runs/bits.ts'
import { uniformValues } from '../../../oracle/examples.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const network = (seed: number): Map<string, Signs> => new Map([['conv2', signsOf(uniformValues(9 * 40 * 7, seed, -1, 1))], ['conv1', signsOf(uniformValues(9 * 3 * 40, seed + 1, -1, 1))]])

test('bits are read as they were written', async () => {
  const folder = await temporaryFolder()
  await writeBits(folder, 3, network(1))
  const read = await readBits(folder, 3)
  expect(new Map([...(read ?? [])].sort())).toEqual(new Map([...network(1)].sort()))
  expect(await readBits(folder, 2)).toBeUndefined()
  expect(await bitsEpochs(folder)).toEqual([3])
})

test('a damaged file is refused, wherever a byte is another', async () => {
  const folder = await temporaryFolder()
  await writeBits(folder, 0, network(1))
  const path = join(folder, 'bits', 'epoch-0.safetensors')
  const good = readFileSync(path)
  await fc.assert(fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
    const bytes = Buffer.from(good)
    bytes[at] = (bytes[at] as number) ^ change
    writeFileSync(path, bytes)
    await expect(readBits(folder, 0)).rejects.toThrow()
  }), { numRuns: 60 })
  writeFileSync(path, good.subarray(0, good.length - 4))
  await expect(readBits(folder, 0)).rejects.toThrow()
})

test('the bits of one epoch under the name of another are refused', async () => {
  const folder = await temporaryFolder()
  await writeBits(folder, 1, network(1))
  writeFileSync(join(folder, 'bits', 'epoch-2.safetensors'), readFileSync(join(folder, 'bits', 'epoch-1.safetensors')))
  await expect(readBits(folder, 2)).rejects.toThrow('expected the bits of epoch 2, found those of epoch 1')
})

test('of however many epochs at most 40 are kept, the first and the last among them, and none that was dropped before', () => {
  let kept: number[] = []
  for (let last = 0; last < 3000; last++) {
    const now = Array.from({ length: last + 1 }, (_, epoch) => epoch).filter(epoch => isKept(epoch, last))
    expect(now.length).toBeLessThanOrEqual(40)
    expect(now.length).toBeGreaterThan(Math.min(18, last))
    expect(now[0]).toBe(0)
    expect(now.at(-1)).toBe(last)
    for (const epoch of now) if (epoch !== last && !kept.includes(epoch)) throw new Error(`epoch ${epoch} was dropped before epoch ${last}`)
    kept = now
  }
})

test('pruning removes what is not kept, and what a run that went back left of later epochs', async () => {
  const folder = await temporaryFolder()
  for (let epoch = 0; epoch <= 41; epoch++) await writeBits(folder, epoch, new Map([['a', signsOf([1, -1])]]))
  await pruneBits(folder, 39)
  expect(await bitsEpochs(folder)).toEqual(Array.from({ length: 40 }, (_, epoch) => epoch).filter(epoch => epoch % 2 === 0 || epoch === 39))
  await pruneBits(folder, 10)
  expect(await bitsEpochs(folder)).toEqual([0, 2, 4, 6, 8, 10])
})

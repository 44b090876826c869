import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { signsOf, type Signs } from '../../../../core/analysis/signs.ts'
import { bitsBytes, bitsEpochs, bitsPath, mostBits, pruneBits, writeBits } from '../../../../main/services/runs/bits.ts'
import { ensureRunSpace } from '../../../../main/services/runs/create.ts'
import { uniformValues } from '../../../oracle/examples.ts'
import { smallProject } from '../../../support/small-training.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** 8 x 8 images, so many units, 10 classes: all weights are binary. */
const project = smallProject({ units: 512 })
const weights = 64 * 512 + 512 * 10

const bitsOf = (seed: number): Map<string, Signs> => new Map([['dense1', signsOf(uniformValues(64 * 512, seed, -1, 1))], ['dense2', signsOf(uniformValues(512 * 10, seed, -1, 1))]])

test('bits of an epoch take about what is said, and there are never more of them than is said', async () => {
  const folder = await temporaryFolder()
  expect(bitsBytes(project)).toBe(weights / 8)
  let most = 0
  for (let epoch = 0; epoch <= 80; epoch++) {
    await writeBits(folder, epoch, new Map([['a', signsOf([1, -1])]]))
    most = Math.max(most, (await bitsEpochs(folder)).length)
    expect(most).toBeLessThanOrEqual(mostBits(epoch))
    await pruneBits(folder, epoch)
  }
  expect(most).toBe(mostBits(80))
  await writeBits(folder, 81, bitsOf(1))
  const { size } = statSync(bitsPath(folder, 81))
  expect(size).toBeGreaterThanOrEqual(bitsBytes(project))
  expect(size).toBeLessThan(bitsBytes(project) + 1000)
})

test('room is asked for five checkpoints and the bits of the epochs; of a run that goes on for what it has not yet', async () => {
  const folder = await temporaryFolder()
  const needs = { project, epochs: 3, checkpoint: 2 ** 50 }
  const bytes = (checkpoints: number, bits: number): RegExp => new RegExp(`expected ${checkpoints * 2 ** 50 + bits * bitsBytes(project)} bytes free`)
  await expect(ensureRunSpace(folder, 'new', needs)).rejects.toThrow(bytes(5, 4))
  await expect(ensureRunSpace(folder, 'new', { ...needs, epochs: 5000 })).rejects.toThrow(bytes(5, 41))
  for (const epoch of [0, 1]) await writeBits(folder, epoch, bitsOf(epoch))
  await expect(ensureRunSpace(folder, 'going', needs)).rejects.toThrow(bytes(2, 2))
  await expect(ensureRunSpace(folder, 'going', { ...needs, epochs: 1 })).rejects.toThrow(bytes(2, 0))
  await ensureRunSpace(folder, 'new', { ...needs, checkpoint: 1000 })
})

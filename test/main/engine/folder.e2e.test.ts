import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAs, ProjectSchema } from '../../../core/architecture/index.ts'
import { importFolder } from '../../../main/services/datasets/import-folder.ts'
import { generateFolder } from '../../support/generate-folder.ts'
import { openEngine } from '../../support/engines.ts'
import { smallProject } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** Megabytes that a process holds. */
function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

test.skipIf(process.platform !== 'linux')('a folder of pictures streams from disk, cropped and flipped, in memory that does not grow', async () => {
  const home = await temporaryFolder()
  const folder = join(home, 'pictures')
  await generateFolder(folder, { count: 3000, side: 24 })
  expect(await importFolder(home, [folder], 'pictures')).toMatchObject({ shape: [24, 24, 3], train: 3000, test: 300 })
  const small = smallProject({ recipe: { epochs: 4, validation: 0, preprocessing: [{ kind: 'randomCrop', height: 20, width: 20, padding: 0, fill: 0 }, { kind: 'randomFlip' }, { kind: 'scale', low: -1, high: 1 }] } })
  const nodes = small.architecture.nodes.map(node => (node.kind === 'input' ? { ...node, attributes: { height: 20, width: 20, channels: 3 } } : node))
  const project = parseAs(ProjectSchema, { ...small, dataset: 'pictures', architecture: { ...small.architecture, nodes } }, 'the project')
  const engine = openEngine(home, { env: { BITWRIGHT_DATASET_MEMORY: '0' } })
  const training = engine.call('train', { project, dataset: 'pictures' })
  const held: number[] = []
  for (const epoch of [1, 2, 3, 4]) {
    await engine.seen(({ event, data }) => event === 'epoch' && data.record.epoch === epoch)
    held.push(residentMegabytes(engine.pid ?? 0))
  }
  const { state, deviceWaitShare, testError } = await training
  console.log(`${held.map(Math.round).join(', ')} MB after each epoch; the device waited ${(100 * deviceWaitShare).toFixed(1)} % of the time`)
  expect(state).toBe('finished')
  expect((held[3] ?? Infinity) - (held[1] ?? 0)).toBeLessThan(40)
  // Shades tell the classes apart, though they overlap.
  expect(testError).toBeLessThan(0.7)
})

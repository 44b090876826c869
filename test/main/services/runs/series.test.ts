import { appendFile, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SeriesPoint } from '../../../../main/contract/engine.ts'
import { columnsOf } from '../../../../main/services/runs/columns.ts'
import { readSeries, SeriesWriter } from '../../../../main/services/runs/series.ts'
import { smallDisk } from '../../../support/small-disk.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const point = (step: number): SeriesPoint => ({ step, epoch: step / 100, time: 1.7e12 + step, processSeconds: step / 4, loss: 1 / step, error: 0.5, learningRate: 0.01, imagesPerSecond: 1000, deviceWaitShare: 0 })

async function written(directory: string, steps: readonly number[], after = 0): Promise<void> {
  const writer = await SeriesWriter.open(directory, after)
  for (const step of steps) writer.append(point(step))
  await writer.close()
}

test('a series is read as it was written, whole or after a step', async () => {
  const folder = await temporaryFolder()
  expect(await readSeries(folder)).toEqual([])
  const steps = Array.from({ length: 200 }, (_, k) => 3 * k + 1)
  await written(folder, steps)
  await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 620 }), async after => {
    expect(await readSeries(folder, after)).toEqual(steps.filter(step => step > after).map(point))
  }), { numRuns: 40 })
  expect(columnsOf(await readSeries(folder, 595))['time']).toEqual(Float64Array.of(1.7e12 + 598))
})

test('a run that goes on cuts the steps it makes again, and what a crash tore, and adds to the time of the sessions before', async () => {
  const folder = await temporaryFolder()
  await written(folder, [10, 20, 30, 40])
  await appendFile(join(folder, 'steps.jsonl'), '{"step":50,"epo')
  const writer = await SeriesWriter.open(folder, 25)
  expect(writer.earlierSeconds).toBe(5)
  writer.append(point(27))
  await writer.flush()
  expect((await readSeries(folder)).map(({ step }) => step)).toEqual([10, 20, 27])
  await writer.close()
  expect((await readFile(join(folder, 'steps.jsonl'), 'utf8')).split('\n')).toHaveLength(4)
})

test('what a full disk does not take is written once there is room again', async () => {
  const disk = smallDisk('64k')
  if (disk === undefined) return
  const writer = await SeriesWriter.open(disk, 0)
  await appendFile(join(disk, 'filler'), new Uint8Array(2 ** 17)).catch(() => undefined)
  for (let step = 1; step <= 30; step++) writer.append(point(step))
  await expect(writer.flush()).rejects.toThrow('the disk is full')
  writer.append(point(31))
  await rm(join(disk, 'filler'))
  await writer.flush()
  expect(await readSeries(disk)).toEqual(Array.from({ length: 31 }, (_, k) => point(k + 1)))
  await writer.close()
})
